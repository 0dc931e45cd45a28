//! The signed text of a signature, and its MAC.

use hmac_sha256::HMAC;
use serde_json::json;
use subtle::ConstantTimeEq;

use super::encoding;

/// The fields that the MAC covers.
pub(super) struct Signed<'a> {
    pub(super) identifier: &'a str,
    pub(super) sdkappid: u64,
    pub(super) time: u64,
    pub(super) expire: u64,
    /// In standard base64.
    pub(super) userbuf: Option<String>,
}

/// Whether `mac` is the MAC of `text` under `key`, in constant time.
pub(super) fn is_mac_of(mac: &[u8; 32], text: &str, key: &[u8]) -> bool {
    is_same(mac, &HMAC::mac(text, key))
}

/// Whether two MACs are the same, in constant time.
pub(super) fn is_same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.ct_eq(other).into()
}

impl Signed<'_> {
    /// The MAC under the key of these bytes.
    pub(super) fn mac(&self, key: &[u8]) -> [u8; 32] {
        HMAC::mac(self.text(), key)
    }

    /// Whether `mac` is the MAC under the key of these bytes, in constant time.
    pub(super) fn has_mac(&self, mac: &[u8; 32], key: &[u8]) -> bool {
        is_mac_of(mac, &self.text(), key)
    }

    /// The JSON of a signature, in the order of the vendor's package for Node.
    pub(super) fn to_json(&self, mac: &[u8; 32]) -> String {
        let (identifier, sdkappid, time, expire) = (json!(self.identifier), self.sdkappid, self.time, self.expire);
        let userbuf = self.userbuf.as_ref().map(|text| format!(r#""TLS.userbuf":"{text}","#)).unwrap_or_default();
        let mac = encoding::standard(mac);
        format!(
            r#"{{"TLS.ver":"2.0","TLS.identifier":{identifier},"TLS.sdkappid":{sdkappid},"TLS.time":{time},"TLS.expire":{expire},{userbuf}"TLS.sig":"{mac}"}}"#
        )
    }

    /// The text that is signed: a line each, the last one ended too.
    fn text(&self) -> String {
        let Self { identifier, sdkappid, time, expire, userbuf } = self;
        let userbuf = userbuf.as_ref().map(|text| format!("TLS.userbuf:{text}\n")).unwrap_or_default();
        format!("TLS.identifier:{identifier}\nTLS.sdkappid:{sdkappid}\nTLS.time:{time}\nTLS.expire:{expire}\n{userbuf}")
    }
}
