//! Where the service is: the hosts of each region, and any other base of a URL.

mod base_url;

pub use base_url::{BaseUrl, BaseUrlError};

macro_rules! regions {
    ($( $region:ident $name:literal $label:literal $host:literal $backup:literal $listed:literal; )*) => {
        avmarks_spec::named_enum! {
            /// A region of the service. A host that does not fit the app's region is refused with 60026. The names are ours.
            ///
            /// Source: 1047/50294 and 1047/34620, request URL. Regions come and go: the rows say where each is listed.
            ///
            /// ```
            /// use avmarks_protocol::region::Region;
            ///
            /// let region = Region::from_name("singapore").unwrap();
            /// assert_eq!(region.base_url().to_string(), "https://adminapisgp.im.qcloud.com");
            /// assert_eq!(region.backup_url().to_string(), "https://adminapisgp.my-imcloud.com");
            /// ```
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[non_exhaustive]
            pub enum Region {
                $( #[doc = concat!($label, ", `", $host, "`, `", $backup, "`. Source: ", $listed, ".")] $region = $name, )*
            }
        }

        impl Region {
            /// The main host and the backup host.
            const fn hosts(self) -> (&'static str, &'static str) {
                match self { $( Self::$region => ($host, $backup), )* }
            }
        }
    };
}

regions! {
    China "china" "China" "console.tim.qq.com" "adminapi.my-imcloud.com"
        "all pages; the backup in 1047/34620 (jp), 269/1519 and 679/131707";
    Singapore "singapore" "Singapore" "adminapisgp.im.qcloud.com" "adminapisgp.my-imcloud.com" "all pages";
    Seoul "seoul" "Seoul" "adminapikr.im.qcloud.com" "adminapikr.my-imcloud.com" "all pages";
    Frankfurt "frankfurt" "Frankfurt" "adminapiger.im.qcloud.com" "adminapiger.my-imcloud.com" "all pages";
    SiliconValley "silicon-valley" "Silicon Valley" "adminapiusa.im.qcloud.com" "adminapiusa.my-imcloud.com"
        "since 2022-12";
    Mumbai "mumbai" "Mumbai" "adminapiind.im.qcloud.com" "adminapiind.my-imcloud.com"
        "English pages; absent from 269/79267 (2025-11-03), 269/1519 (2024-07-09) and 679/131707 (2026-05-20)";
    Jakarta "jakarta" "Jakarta" "adminapiidn.im.qcloud.com" "adminapiidn.my-imcloud.com" "2024 and later";
    Tokyo "tokyo" "Tokyo" "adminapijpn.im.qcloud.com" "adminapijpn.my-imcloud.com"
        "269/79267 (2025-11-03), 38521 and 679/131707 (2026-05-20)";
    SaudiArabia "saudi-arabia" "Saudi Arabia" "adminapiksa.im.qcloud.com" "adminapiksa.my-imcloud.com"
        "public code only; the region is a guess from the host's name, and no page of the vendor was seen to list it";
}

impl Region {
    /// The region of this [name](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|region| region.name() == name)
    }

    /// `https://` and the main host.
    #[must_use]
    pub fn base_url(self) -> BaseUrl {
        BaseUrl::of_host(self.hosts().0)
    }

    /// `https://` and the backup host.
    #[must_use]
    pub fn backup_url(self) -> BaseUrl {
        BaseUrl::of_host(self.hosts().1)
    }
}

/// The main host.
impl From<Region> for BaseUrl {
    fn from(region: Region) -> Self {
        region.base_url()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_regions_with_hosts_of_their_own() {
        assert_eq!(Region::ALL.len(), 9);
        let mut hosts: Vec<_> = Region::ALL.iter().flat_map(|region| <[_; 2]>::from(region.hosts())).collect();
        hosts.sort_unstable();
        hosts.dedup();
        assert_eq!(hosts.len(), 18);
        for region in Region::ALL {
            assert_eq!(Region::from_name(&region.to_string()), Some(*region));
            assert!(region.hosts().1.ends_with(".my-imcloud.com"));
            assert_eq!(region.base_url().as_str(), format!("https://{}", region.hosts().0));
            assert_eq!(region.backup_url().as_str(), format!("https://{}", region.hosts().1));
            assert_eq!(BaseUrl::from(*region), region.base_url());
            for base in [region.base_url(), region.backup_url()] {
                assert_eq!(BaseUrl::parse(&base.to_string()), Ok(base));
            }
        }
        assert_eq!(Region::from_name("Singapore"), None);
    }
}
