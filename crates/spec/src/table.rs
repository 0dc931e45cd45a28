//! What turns the table of gaps into types and rows.

/// The field of a gap with a choice, or none.
macro_rules! field {
    () => {
        None
    };
    ($field:literal) => {
        Some($field)
    };
}

/// The type of the readings of a gap with a choice; a gap without one has no type.
macro_rules! reading_type {
    ($gap:ident $id:literal $question:literal $name:literal $meaning:literal) => {};
    (
        $gap:ident $id:literal $question:literal $first:ident $first_name:literal $first_meaning:literal
        $( , $other:ident $other_name:literal $other_meaning:literal )+
    ) => {
        $crate::named_enum! {
            #[doc = concat!("Readings of `", $id, "`, the default first, with their names in a policy and on the command line: ", $question)]
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum $gap {
                #[doc = concat!("`", $first_name, "` (default): ", $first_meaning, ".")]
                #[default]
                $first = $first_name,
                $(
                    #[doc = concat!("`", $other_name, "`: ", $other_meaning, ".")]
                    $other = $other_name,
                )+
            }
        }

        impl $gap {
            /// The reading of this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|reading| reading.name() == name)
            }
        }
    };
}

/// The gaps: of each its name, id, field, question, evidence, the sources in brackets and the readings in braces.
macro_rules! gaps {
    ($(
        $gap:ident $id:literal $(field $field:literal)? $question:literal $evidence:literal
        [ $( $source:expr ),* $(,)? ]
        {
            $( $variant:ident )? $name:literal $meaning:literal
            $( , $other:ident $other_name:literal $other_meaning:literal )*
        }
    )*) => {
        /// A question that no document settles. Its id starts with `gap:`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Gap { $( #[doc = $question] $gap, )* }

        impl Gap {
            /// Every gap, in the order of the ledger.
            pub const ALL: &'static [Self] = &[ $( Self::$gap, )* ];

            pub(crate) const fn row(self) -> Row {
                match self {
                    $( Self::$gap => Row {
                        id: $id,
                        field: field!($($field)?),
                        question: $question,
                        evidence: $evidence,
                        sources: const { &[ $( $source, )* ] },
                        readings: &[
                            ReadingRow { name: $name, meaning: $meaning },
                            $( ReadingRow { name: $other_name, meaning: $other_meaning }, )*
                        ],
                    }, )*
                }
            }
        }

        /// The readings of each gap that has more than one, as a type.
        pub mod readings {
            $(
                reading_type! {
                    $gap $id $question $( $variant )? $name $meaning
                    $( , $other $other_name $other_meaning )*
                }
            )*
        }
    };
}
