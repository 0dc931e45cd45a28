//! The policy: one field for each gap that has several readings. The type of a field has a variant for each reading.

use avmarks_spec::readings::*;
use avmarks_spec::{Gap, Quoted};

macro_rules! policy {
    ($( $field:ident: $gap:ident, )*) => {
        /// The chosen reading of every gap that has several. The default is the first reading in the ledger.
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
                #[doc = concat!("The reading of [`Gap::", stringify!($gap), "`].")]
                pub $field: $gap,
            )*
        }

        impl Policy {
            /// The name of the reading in force for `gap`.
            #[must_use]
            pub fn reading(&self, gap: Gap) -> &'static str {
                $( if matches!(gap, Gap::$gap) { return self.$field.name(); } )*
                // A gap without a field has one reading.
                gap.readings().first().map_or("", |only| only.name)
            }

            /// Selects the reading `name` of `gap`.
            ///
            /// # Errors
            ///
            /// [`UnknownReadingError`] if the gap has no reading of this name. The policy is unchanged then.
            pub fn set(&mut self, gap: Gap, name: &str) -> Result<(), UnknownReadingError> {
                $( if matches!(gap, Gap::$gap) {
                    self.$field = $gap::from_name(name).ok_or(UnknownReadingError { gap })?;
                } )*
                // A gap without a field has one reading, which is in force already.
                if gap.readings().iter().all(|reading| reading.name != name) {
                    return Err(UnknownReadingError { gap });
                }
                Ok(())
            }
        }
    };
}

policy! {
    wrong_type_code: WrongTypeCode,
    switch_code: SwitchCode,
    too_many_code: TooManyCode,
    account_id: AccountId,
    over_capacity: OverCapacity,
    all_failed_code: AllFailedCode,
    rest_owner: RestOwner,
    random: Random,
    http_codes: HttpCodes,
    offline_500: Offline500,
    robot_days: RobotDays,
    special_slots: SpecialSlots,
    pin_renewal: PinRenewal,
    low_plan_list: LowPlanList,
    unhide: Unhide,
    page_size: PageSize,
    refresh_list: RefreshList,
    refresh_count: RefreshCount,
    count_types: CountTypes,
    switch_list: SwitchList,
    list_marks: ListMarks,
    trailing_comma: TrailingComma,
    usersig_code: UsersigCode,
}

/// A policy with a name.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// Its name on the command line and in scenario files.
    pub name: &'static str,
    /// Its meaning in one sentence.
    pub meaning: &'static str,
    /// Its readings.
    pub policy: fn() -> Policy,
}

/// Every named profile, the default first.
pub const PROFILES: &[Profile] = &[
    Profile {
        name: "default",
        meaning: "the first reading of every gap: from the pages of 2025 robots, the count of every group type, and no list with the switch off; from the English pages of 2024 pages of 500, and 30 on a low plan; from older ones, which say so of small groups, list and count at once",
        policy: Policy::default_profile,
    },
    Profile {
        name: "2023",
        meaning: "the English pages of 2023: the count of an AVChatRoom alone, 30 with the switch off, list and count every 10 s",
        policy: Policy::documented_2023,
    },
    Profile {
        name: "2024-12",
        meaning: "the pages of December 2024: the count of every group type, 30 with the switch off, list and count every 10 s",
        policy: Policy::documented_2024_12,
    },
    Profile {
        name: "2025-11",
        meaning: "the pages of November 2025: pages of 250, the list every 40 s and the count every 10 s, no list without plan or switch",
        policy: Policy::documented_2025_11,
    },
];

impl Policy {
    fn default_profile() -> Self {
        Self::default()
    }

    /// The readings that the English pages of March and April 2023 state; the default for all other gaps. The list has the 30 latest
    /// members without the plan (1047/50293) or with the switch off (1047/34419, 1047/48734). List and count are refreshed every 10 s. Only
    /// an AVChatRoom is counted (1047/38521). The pages do not mention robots, so an account that is not a member holds no mark.
    fn documented_2023() -> Self {
        Self {
            offline_500: Offline500::MemberMay,
            switch_list: SwitchList::Thirty,
            refresh_list: RefreshList::TenSeconds,
            refresh_count: RefreshCount::TenSeconds,
            count_types: CountTypes::AvChatRoomOnly,
            ..Self::default()
        }
    }

    /// The readings that the pages of December 2024 state: every group type is counted (1047/38521 of 2024-12-09), and robots need not
    /// have joined (1047/60526 of 2024-05-29). The other readings are those of July 2024, of the newest pages that were current then.
    fn documented_2024_12() -> Self {
        Self { count_types: CountTypes::AllTypes, offline_500: Offline500::Anyone, ..Self::documented_2023() }
    }

    /// The readings that the pages of 2025 state, those of 2025-11-03 first: the list has pages of 250, is refreshed every 40 s, and is
    /// refused without the plan (269/77266); every group type is counted, every 10 s (269/49180); robots need not have joined
    /// (1047/60527 of 2025-03-20).
    fn documented_2025_11() -> Self {
        Self {
            page_size: PageSize::TwoHundredFifty,
            refresh_list: RefreshList::FortySeconds,
            refresh_count: RefreshCount::TenSeconds,
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

/// The gap has no reading of the given name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownReadingError {
    /// The gap.
    pub gap: Gap,
}

impl core::fmt::Display for UnknownReadingError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let readings = Quoted(self.gap.readings().iter().map(|reading| reading.name));
        write!(f, "`{}` has no such reading; it can be read as {readings}", self.gap.id())
    }
}

impl core::error::Error for UnknownReadingError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reading_of_every_gap_can_be_set() {
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
    fn an_unknown_reading_changes_nothing() {
        let mut policy = Policy::default();
        for gap in Gap::ALL {
            assert_eq!(policy.set(*gap, "no such reading"), Err(UnknownReadingError { gap: *gap }));
        }
        assert_eq!(policy, Policy::default());
    }
}
