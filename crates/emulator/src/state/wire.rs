//! The format of the stored state of calls: times in milliseconds, user ids as text; and the allowed numbers.

/// A time in milliseconds since the Unix epoch.
pub(super) mod millis {
    use avmarks_spec::Timestamp;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        at.as_millis().serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        Timestamp::new(u64::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// How many there are of something; at most [`MAX`](count::MAX), so that it can be counted on and every reader of JSON keeps it exactly.
pub(super) mod count {
    use avmarks_spec::Timestamp;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer};

    /// 2^53-1.
    pub(crate) const MAX: u64 = Timestamp::LATEST.as_millis();

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        match u64::deserialize(deserializer)? {
            count if count <= MAX => Ok(count),
            count => Err(D::Error::custom(format!("`{count}` is too many: it must be at most {MAX}"))),
        }
    }
}

/// What is kept for each of some users.
pub(super) mod by_user {
    use std::collections::BTreeMap;

    use avmarks_spec::UserId;
    use avmarks_spec::readings::AccountId;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer, T: Serialize>(
        map: &BTreeMap<UserId, T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(map.iter().map(|(account, value)| (account.as_str(), value)))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<UserId, T>, D::Error> {
        let map = BTreeMap::<String, T>::deserialize(deserializer)?;
        // The widest reading, because what was let in under one must be read under another.
        let user = |text: &str| UserId::parse_as(text, AccountId::Utf8);
        let wrong = |error| D::Error::custom(format!("a user id: {error}"));
        map.into_iter().map(|(text, value)| Ok((user(&text).map_err(wrong)?, value))).collect()
    }
}
