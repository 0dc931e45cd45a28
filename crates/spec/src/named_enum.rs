//! The macro for enums whose variants have names.

/// Declares an enum each of whose variants has a name: `ALL` lists the variants in this order, and `name` and `Display` give the name.
///
/// ```
/// avmarks_spec::named_enum! {
///     /// The state of a switch.
///     #[derive(Clone, Copy, Debug, PartialEq)]
///     pub enum Switch {
///         /// It is on.
///         On = "on",
///         /// It is off.
///         Off = "off",
///     }
/// }
///
/// assert_eq!(Switch::ALL, [Switch::On, Switch::Off]);
/// assert_eq!((Switch::On.name(), Switch::Off.to_string()), ("on", "off".to_owned()));
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! named_enum {
    (
        $(#[$meta:meta])*
        $visibility:vis enum $enum:ident { $( $(#[$variant_meta:meta])* $variant:ident = $name:literal, )+ }
    ) => {
        $(#[$meta])*
        $visibility enum $enum { $( $(#[$variant_meta])* $variant, )+ }

        impl $enum {
            /// Every one of them.
            $visibility const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// A short name, which is stable.
            #[must_use]
            $visibility const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )+ }
            }
        }

        impl ::core::fmt::Display for $enum {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}
