//! How each gap is read: one field a gap, every reading a value of its type.

use avmarks_spec::readings::*;
use avmarks_spec::{Gap, Reading};

macro_rules! policy {
    ($( $field:ident: $gap:ident, )*) => {
        /// One reading for every gap. The default is the reading that the ledger names first.
        ///
        /// ```
        /// use avmarks_rules::Policy;
        /// use avmarks_spec::{Gap, readings::PageSize};
        ///
        /// let mut policy = Policy::default();
        /// assert_eq!(policy.reading(Gap::PageSize), "500");
        /// policy.set(Gap::PageSize, "250").unwrap();
        /// assert_eq!(policy.page_size, PageSize::TwoHundredFifty);
        /// assert!(policy.set(Gap::PageSize, "100").is_err());
        /// ```
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Policy {
            $(
                #[doc = concat!("How [`Gap::", stringify!($gap), "`] is read.")]
                pub $field: $gap,
            )*
        }

        impl Policy {
            /// The name of the reading in force for `gap`.
            #[must_use]
            pub fn reading(&self, gap: Gap) -> &'static str {
                $( if matches!(gap, Gap::$gap) { return self.$field.name(); } )*
                // Every gap has a field: `every_gap_is_a_field` holds it.
                ""
            }

            /// Reads `gap` as `name` from here on.
            ///
            /// # Errors
            ///
            /// [`UnknownReading`] where the gap has no reading of that name; the policy stays as it was.
            pub fn set(&mut self, gap: Gap, name: &str) -> Result<(), UnknownReading> {
                $( if matches!(gap, Gap::$gap) {
                    self.$field = $gap::parse(name).ok_or(UnknownReading { gap })?;
                } )*
                Ok(())
            }
        }
    };
}

policy! {
    wrong_type_code: WrongTypeCode,
    plan_code: PlanCode,
    switch_code: SwitchCode,
    too_many_code: TooManyCode,
    account_id: AccountId,
    eleventh: Eleventh,
    over_capacity: OverCapacity,
    all_failed_code: AllFailedCode,
    rate_scope: RateScope,
    rest_owner: RestOwner,
    random: Random,
    http_codes: HttpCodes,
    offline_500: Offline500,
    slots: Slots,
    special_slots: SpecialSlots,
    duplicates: Duplicates,
    pin_renewal: PinRenewal,
    delete_unset: DeleteUnset,
    echo: Echo,
    rejoin: Rejoin,
    clock: Clock,
    list_order: ListOrder,
    low_plan_list: LowPlanList,
    unhide: Unhide,
    page_size: PageSize,
    refresh: Refresh,
    trailing_comma: TrailingComma,
    group_id: GroupId,
    mark_max: MarkMax,
    usersig_code: UsersigCode,
}

/// A policy under a name, and what it stands for.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// Its name on the command line and in scenario files.
    pub name: &'static str,
    /// What it stands for.
    pub meaning: &'static str,
    /// Its readings.
    pub policy: fn() -> Policy,
}

/// Every named profile, the default first.
pub const PROFILES: &[Profile] = &[
    Profile {
        name: "default",
        meaning: "the reading that the ledger names first, for every gap",
        policy: Policy::default_profile,
    },
    Profile {
        name: "documented_en",
        meaning: "the English pages of 2024: pages of 500, lists refreshed every 10 s",
        policy: Policy::documented_en,
    },
    Profile {
        name: "documented_zh_2025",
        meaning: "the Chinese pages of November 2025: pages of 250, lists refreshed every 40 s, no list without the plan",
        policy: Policy::documented_zh_2025,
    },
];

impl Policy {
    fn default_profile() -> Self {
        Self::default()
    }

    /// What the English pages say where they say something (1047/50293 of 2024-07-16): pages of 500, a list that is
    /// refreshed every 10 s, and the 30 latest without the plan.
    #[must_use]
    pub fn documented_en() -> Self {
        // Pages of 500, and a list of 30 on a low plan, are the defaults.
        Self { refresh: Refresh::TenSeconds, ..Self::default() }
    }

    /// What the Chinese pages of 2025-11-03 say where they say something (269/77266): pages of 250, a list that is
    /// refreshed every 40 s, and none without the plan.
    #[must_use]
    pub fn documented_zh_2025() -> Self {
        Self {
            page_size: PageSize::TwoHundredFifty,
            refresh: Refresh::FortySeconds,
            low_plan_list: LowPlanList::Refuse,
            ..Self::default()
        }
    }

    /// The profile of this name.
    #[must_use]
    pub fn profile(name: &str) -> Option<Self> {
        PROFILES.iter().find(|profile| profile.name == name).map(|profile| (profile.policy)())
    }
}

/// A name that is no reading of the gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownReading {
    /// The gap that was to be read.
    pub gap: Gap,
}

impl core::fmt::Display for UnknownReading {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "`{}` has no such reading; it can be read as ", self.gap.id())?;
        for (at, reading) in self.gap.readings().iter().enumerate() {
            write!(f, "{}`{}`", if at == 0 { "" } else { ", " }, reading.name)?;
        }
        Ok(())
    }
}

impl core::error::Error for UnknownReading {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gap_is_a_field() {
        for gap in Gap::ALL {
            assert_eq!(Policy::default().reading(*gap), gap.readings()[0].name, "{gap}");
            for reading in gap.readings() {
                let mut policy = Policy::default();
                policy.set(*gap, reading.name).unwrap();
                assert_eq!(policy.reading(*gap), reading.name, "{gap}");
            }
        }
    }

    #[test]
    fn a_name_that_is_no_reading_changes_nothing() {
        let mut policy = Policy::default();
        for gap in Gap::ALL {
            assert_eq!(policy.set(*gap, "no such reading"), Err(UnknownReading { gap: *gap }));
        }
        assert_eq!(policy, Policy::default());
    }
}
