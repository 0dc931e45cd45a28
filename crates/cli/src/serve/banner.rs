//! The text at the start: where the emulator listens, and a request to try.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use avmarks_emulator::{Authority, Running};
use avmarks_protocol::get_online_member_num;
use avmarks_protocol::url::Query;
use avmarks_protocol::usersig::UserSig;
use avmarks_service::Settings;
use avmarks_spec::GroupId;
use serde::Serialize;

use crate::input::ShownPath;
use crate::output::{FAINT, GOOD, HEAD};

/// See the module.
#[derive(Serialize)]
pub(super) struct Banner {
    url: String,
    https_url: String,
    page: String,
    /// The file with the certificate to trust; none if it is not kept.
    ca: Option<String>,
    /// A line for a shell.
    curl: String,
    #[serde(skip)]
    shown_ca: Option<String>,
}

impl Banner {
    /// Of an emulator as it is set up now, which a state that it goes on from may have a say in.
    pub(super) fn of(running: &Running, ca_dir: Option<&Path>, group: Option<&GroupId>) -> Self {
        let address = reachable(running.address());
        let Settings { sdkappid, admins, key, .. } = running.emulator().app_settings();
        let identifier = admins.first().cloned().unwrap_or_else(|| "administrator".to_owned());
        let usersig = UserSig::new("unchecked");
        let mut query = Query { sdkappid, identifier: identifier.clone(), usersig, random: Some(1) }.to_text();
        if key.is_some() {
            // A signature is a secret, and this may end up in a log.
            let made =
                format!("usersig='$(avmarks usersig sign --sdkappid {sdkappid} --identifier {})'", quoted(&identifier));
            query = query.replace("usersig=unchecked", &made);
        }
        // What works at once: the count asks for neither plan nor switch.
        let (path, body) = match group {
            Some(group) => {
                let request = get_online_member_num::Request { group_id: group.as_str().into() };
                (get_online_member_num::PATH, String::from_utf8_lossy(&request.to_json()).into_owned())
            }
            None => ("v4/group_open_http_svc/create_group", r#"{"Type":"AVChatRoom","Name":"test"}"#.to_owned()),
        };
        let body = quoted(&body);
        let curl = format!("curl 'http://{address}/{path}?{query}' -d {body}");
        let ca = ca_dir.map(|folder| folder.join(Authority::CERTIFICATE_FILE));
        Self {
            url: format!("http://{address}"),
            https_url: format!("https://{address}"),
            page: format!("http://{address}/_avmarks/"),
            shown_ca: ca.as_deref().map(|ca| ShownPath(ca).to_string()),
            ca: ca.map(|ca| ca.to_string_lossy().into_owned()),
            curl,
        }
    }
}

/// The address as one dials it from here.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    (ip, address.port()).into()
}

/// For a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

impl fmt::Display for Banner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{GOOD}listening{GOOD:#} on {HEAD}{}{HEAD:#}, and for https and as a proxy on the same port",
            self.url
        )?;
        writeln!(f, "  page  {}", self.page)?;
        match &self.shown_ca {
            Some(ca) => writeln!(f, "  trust {ca}")?,
            None => writeln!(f, "  trust {FAINT}{}ca.pem, which is of this run alone{FAINT:#}", self.page)?,
        }
        writeln!(f, "  try   {}", self.curl)
    }
}
