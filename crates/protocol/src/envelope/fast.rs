//! The fast parser of an envelope of the usual form, and of additional fields that no document names.

use std::borrow::Cow;

use super::{ActionStatus, Envelope};
use crate::cursor::{Cursor, once};
use crate::error_code::ErrorCode;
use crate::extra::Extra;

/// What has been read of an answer's outermost object, except the fields that are its call's own.
#[derive(Default)]
pub(crate) struct EnvelopeFields<'a> {
    action_status: Option<Cow<'a, str>>,
    error_code: Option<i64>,
    error_info: Option<String>,
    request_id: Option<String>,
    extra: Extra,
}

impl<'a> EnvelopeFields<'a> {
    /// Reads the field whose name starts at the cursor, which is then behind it. None if it is of the envelope and of another
    /// type or duplicated: so too a `RequestId`, which then belongs among the unknown fields, and a `null` instead of
    /// `ErrorInfo`.
    pub(crate) fn read(&mut self, mut cursor: Cursor<'a>) -> Option<Cursor<'a>> {
        match () {
            () if cursor.field(b"\"ActionStatus\"")? => once(&mut self.action_status, cursor.string()?)?,
            () if cursor.field(b"\"ErrorCode\"")? => once(&mut self.error_code, cursor.integer()?)?,
            () if cursor.field(b"\"ErrorInfo\"")? => once(&mut self.error_info, cursor.string()?.into_owned())?,
            () if cursor.field(b"\"RequestId\"")? => once(&mut self.request_id, cursor.string()?.into_owned())?,
            () => return self.extra.keep(cursor),
        }
        Some(cursor)
    }

    /// The envelope, where all is there that it must have, and the unknown fields.
    pub(crate) fn finish(self) -> Option<(Envelope, Extra)> {
        let envelope = Envelope {
            action_status: ActionStatus::from(&*self.action_status?),
            error_code: ErrorCode::new(self.error_code?),
            error_info: self.error_info,
            request_id: self.request_id,
        };
        Some((envelope, self.extra))
    }
}
