//! The macro that writes the defects of one kind of message.

/// The defects of one kind of message: of each its name, the value of one column, and a phrase that describes it.
macro_rules! defects {
    (
        $(#[$meta:meta])* enum Defect;
        $(#[$getter_meta:meta])* fn $getter:ident -> $column:ident;
        $( $defect:ident $value:ident $description:literal )*
    ) => {
        $crate::defects::defects! { $(#[$meta])* enum Defect; $( $defect $description )* }

        impl Defect {
            $(#[$getter_meta])*
            #[must_use]
            pub const fn $getter(self) -> $column {
                match self { $( Self::$defect => $column::$value, )* }
            }
        }
    };
    ($(#[$meta:meta])* enum Defect; $( $defect:ident $description:literal )*) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Defect { $( #[doc = concat!($description, ".")] $defect, )* }

        impl Defect {
            /// Every defect.
            pub const ALL: &'static [Self] = &[ $( Self::$defect, )* ];

            /// What is wrong, as a phrase.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $( Self::$defect => $description, )* }
            }
        }

        impl std::fmt::Display for Defect {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.description())
            }
        }
    };
}
pub(crate) use defects;
