//! The table of error codes. Source of all but a few rows: 1047/34348, as of 2023-03-30 and in its newest layout.

use super::Action::{
    AskOwner, ChangePlanOrSwitch, FixRequest, GiveUp, RenewSignature, RetryLater, RetryNow, SplitRequest,
};
use super::{ErrorCode, ErrorRow};

/// The general list as of March 2023, and no newer one of this product.
const OLD: &str = "general list of 2023";
/// The general list in its newest layout (seen 2025-12), and not that of 2023.
const NEW: &str = "newest general list";
const BOTH: &str = "general lists, old and new";
/// Which of its texts is not recorded here.
const GENERAL: &str = "general list";
/// Pages of single calls, and not the general list.
const API_PAGE: &str = "pages of single calls";

/// The general list.
const LIST: &str = "1047/34348";

macro_rules! error_codes {
    ($( $code:literal $name:literal $action:ident $listed:ident $document:expr, $meaning:literal; )*) => {
        /// Every code that a caller of this family of calls can meet, and the rest of the range for completeness, in
        /// ascending order.
        pub const ERROR_CODES: &[ErrorRow] = &[ $( ErrorRow {
            code: ErrorCode::new($code),
            name: $name,
            meaning: $meaning,
            action: $action,
            listed: $listed,
            document: $document,
        }, )* ];
    };
}

error_codes! {
    10001 "not-logged-in" RenewSignature API_PAGE "1047/50294",
        "not logged in: the admin account or the usersig is wrong";
    10002 "internal-error" RetryNow GENERAL LIST, "internal error of the group service";
    10003 "command-invalid" FixRequest GENERAL LIST, "the command, that is the API name, is wrong";
    10004 "parameter-invalid" FixRequest GENERAL LIST, "a parameter is invalid; ErrorInfo has the details";
    10005 "too-many-accounts" SplitRequest GENERAL LIST, "too many accounts in the request";
    10006 "operation-too-frequent" RetryLater GENERAL LIST, "the operation is done too often";
    10007 "no-permission" FixRequest GENERAL LIST,
        "no permission: the group type does not fit, the operator's rights are too small, or the caller is no app admin; pages of sibling calls use it for a console switch that is off, too";
    10008 "request-illegal" RetryNow API_PAGE "create-group page",
        "the request is illegal: signature information may have failed to verify; worth one more try";
    10009 "owner-may-not-leave" GiveUp GENERAL LIST, "the owner may not leave the group";
    10010 "group-absent" GiveUp GENERAL LIST, "the group does not exist or was disbanded";
    10011 "json-unparseable" FixRequest GENERAL LIST, "the JSON body cannot be parsed";
    10012 "operator-invalid" FixRequest GENERAL LIST, "the operator's UserID is illegal";
    10013 "already-member" GiveUp GENERAL LIST, "the user is a member already";
    10014 "group-full" GiveUp GENERAL LIST, "the group is full";
    10015 "group-id-invalid" FixRequest GENERAL LIST,
        "the group id is invalid; the general list says that the group was not found or disbanded, too, which is 10010 on the pages of single calls";
    10016 "refused-by-webhook" AskOwner GENERAL LIST, "refused by the app's own webhook; not for these calls";
    10017 "member-muted" GiveUp GENERAL LIST, "the member is muted";
    10018 "answer-too-large" SplitRequest GENERAL LIST, "the answer would be over 1 MB";
    10019 "user-absent" FixRequest GENERAL LIST, "the UserID asked for does not exist";
    10021 "group-id-in-use" FixRequest GENERAL LIST, "the id is in use; 10025 says so, too";
    10023 "message-rate" RetryLater GENERAL LIST, "messages are sent too often";
    10024 "already-handled" GiveUp GENERAL LIST, "it has been handled already";
    10025 "group-id-in-use-10025" FixRequest GENERAL LIST, "the id is in use; 10021 says so, too";
    10026 "command-disabled" AskOwner GENERAL LIST, "the command is disabled for this SDKAppID";
    10030 "message-recall-10030" GiveUp GENERAL LIST, "about recalling or deleting messages";
    10031 "message-recall-10031" GiveUp GENERAL LIST, "about recalling or deleting messages";
    10032 "message-recall-10032" GiveUp GENERAL LIST, "about recalling or deleting messages";
    10033 "message-recall-10033" GiveUp GENERAL LIST, "about recalling or deleting messages";
    10034 "message-recall-10034" GiveUp GENERAL LIST, "about recalling or deleting messages";
    10035 "message-recall-10035" GiveUp GENERAL LIST, "about recalling or deleting messages";
    10036 "group-count-10036" GiveUp GENERAL LIST, "about how many there may be";
    10037 "group-count-10037" GiveUp GENERAL LIST, "about how many there may be";
    10038 "group-count-10038" GiveUp GENERAL LIST, "about how many there may be";
    10041 "group-10041" GiveUp GENERAL LIST, "in the list; not for these calls";
    10044 "group-10044" GiveUp GENERAL LIST, "in the list; not for these calls";
    10045 "group-attribute-10045" GiveUp GENERAL LIST, "about group attributes";
    10046 "group-attribute-10046" GiveUp GENERAL LIST, "about group attributes";
    10047 "group-attribute-10047" GiveUp GENERAL LIST, "about group attributes";
    10048 "group-attribute-10048" GiveUp GENERAL LIST, "about group attributes";
    10049 "group-attribute-10049" GiveUp GENERAL LIST, "about group attributes";
    10050 "group-attribute-10050" GiveUp GENERAL LIST, "about group attributes";
    10051 "group-10051" GiveUp GENERAL LIST, "in the list; not for these calls";
    10052 "group-10052" GiveUp GENERAL LIST, "in the list; not for these calls";
    10053 "group-10053" GiveUp GENERAL LIST, "in the list; not for these calls";
    10054 "too-many-members" SplitRequest GENERAL LIST, "too many members for one answer: pull them page by page";
    10056 "group-attribute-10056" GiveUp GENERAL LIST, "about group attributes";
    10058 "trial-group-count" ChangePlanOrSwitch GENERAL LIST, "the number of groups of a trial plan";
    10059 "plan-too-low" ChangePlanOrSwitch GENERAL LIST, "the feature needs a higher plan";
    10060 "receipt-or-counter-10060" GiveUp GENERAL LIST, "about read receipts or group counters";
    10061 "receipt-or-counter-10061" GiveUp GENERAL LIST, "about read receipts or group counters";
    10062 "receipt-or-counter-10062" GiveUp GENERAL LIST, "about read receipts or group counters";
    10063 "receipt-or-counter-10063" GiveUp GENERAL LIST, "about read receipts or group counters";
    10070 "message-pin-10070" GiveUp GENERAL LIST, "about pinned messages";

    60002 "http-unparseable" FixRequest BOTH LIST, "the HTTP request cannot be parsed: check the format of the URL";
    60003 "json-unreadable" FixRequest BOTH LIST, "the JSON of the request cannot be parsed";
    60004 "account-check-failed" RetryLater BOTH LIST,
        "the account check failed: retry later; so the newer text, while that of 2023 says that the UserID or UserSig in the URL or body is wrong";
    60005 "account-check-failed-60005" RetryLater BOTH LIST,
        "the account check failed: retry later; so the newer text, while that of 2023 says that the UserID or UserSig in the URL or body is wrong";
    60006 "app-invalid" FixRequest OLD LIST, "the SDKAppID is invalid";
    60007 "rate-exceeded" RetryLater BOTH LIST, "the API is called more often than allowed";
    60008 "service-timeout" RetryLater BOTH LIST,
        "the service timed out, or the HTTP request has a wrong format: first check the service name in the path and the form of the request";
    60009 "resource-wrong" FixRequest BOTH LIST, "the resource asked for is wrong: check the URL";
    60010 "admin-needed" FixRequest BOTH LIST, "the identifier must be an app admin";
    60011 "app-rate-exceeded" RetryLater OLD LIST, "the SDKAppID makes requests too often";
    60012 "app-missing" FixRequest BOTH LIST, "the URL has no SDKAppID";
    60013 "answer-unreadable" RetryLater BOTH LIST,
        "the answer is no parseable JSON, and the list says no more: first check what stands between you and the service, and whether the call took effect";
    60014 "account-check-timeout" RetryNow BOTH LIST, "the account check timed out";
    60015 "account-type" FixRequest BOTH LIST, "an account in the body is of the wrong type: it must be a string";
    60016 "app-disabled" AskOwner BOTH LIST, "the SDKAppID is disabled";
    60017 "request-disabled" AskOwner BOTH LIST, "the request is disabled";
    60018 "too-many-requests" RetryLater BOTH LIST, "too many requests";
    60019 "too-many-requests-60019" RetryLater OLD LIST, "too many requests";
    60020 "plan-ended" ChangePlanOrSwitch BOTH LIST,
        "service unavailable: no plan, plan expired, or arrears; the text of 2023 says that the plan expired, and that the service works again 5 minutes after a purchase";
    60021 "source-ip" AskOwner BOTH LIST, "the source IP is not allowed";
    60025 "query-wrong" FixRequest NEW LIST, "sdkappid, identifier, usersig or contenttype in the URL is wrong";
    60026 "host-wrong" FixRequest NEW LIST, "the host does not fit the SDKAppID's data centre: use the host of its region";
    60027 "product-type" AskOwner NEW LIST, "apps of this product type may not use this API";
    60028 "trial-quota" RetryLater NEW LIST, "the trial plan's requests for 24 hours are used up: next day";

    70001 "usersig-expired" RenewSignature BOTH LIST, "the UserSig has expired; at least 24 hours of validity are advised";
    70002 "usersig-empty" RenewSignature OLD LIST, "the UserSig has 0 bytes";
    70003 "usersig-illegal" RenewSignature BOTH LIST, "the UserSig is illegal";
    70005 "usersig-illegal-70005" RenewSignature OLD LIST, "the UserSig is illegal";
    70009 "usersig-key" RenewSignature BOTH LIST, "the UserSig failed the check: the key is another app's";
    70013 "usersig-user" RenewSignature BOTH LIST, "the UserID is not the one that was signed";
    70014 "usersig-app" RenewSignature BOTH LIST, "the SDKAppID is not the one that was signed";
    70016 "key-absent" AskOwner BOTH LIST, "the key does not exist: check the data centre";
    70020 "app-absent" FixRequest BOTH LIST, "the SDKAppID does not exist: check the data centre";
    70050 "usersig-too-often" RenewSignature BOTH LIST,
        "the UserSig failed the check, and did so too often: try again after 1 minute, with a right one";
    70051 "account-blocked" AskOwner BOTH LIST, "the account is on a blocklist";
    70107 "account-not-imported" FixRequest BOTH LIST, "the account has not been imported: import it first";
    70114 "login-limited" RetryLater OLD LIST, "login is limited for security";
    70169 "account-timeout" RetryNow BOTH LIST, "the server timed out";
    70202 "account-timeout-70202" RetryNow OLD LIST, "the server timed out";
    70206 "batch-quantity" FixRequest OLD LIST, "the quantity of the batch is wrong";
    70398 "account-quota" ChangePlanOrSwitch BOTH LIST, "too many accounts for the plan";
    70399 "account-deleted" GiveUp NEW LIST, "a deleted account cannot be imported again for 3 months";
    70402 "account-parameter" FixRequest BOTH LIST, "a parameter is illegal";
    70403 "account-admin-needed" FixRequest OLD LIST, "an admin is needed";
    70404 "sdk-too-old" GiveUp NEW LIST, "the SDK is too old";
    70500 "account-internal-error" RetryNow BOTH LIST, "internal error of the account service";
    71000 "account-deletion" GiveUp BOTH LIST, "deleting accounts is not supported";
    72000 "active-users-quota" ChangePlanOrSwitch GENERAL LIST, "daily or monthly active users are over the free quota";
    72001 "feature-not-enabled" ChangePlanOrSwitch GENERAL LIST, "the feature is not enabled";
    72002 "active-users-quota-72002" ChangePlanOrSwitch NEW LIST, "daily or monthly active users are over the free quota";
    72010 "login-too-frequent" RetryLater NEW LIST, "requests of the login type are too frequent";
    72011 "feature-not-enabled-72011" ChangePlanOrSwitch NEW LIST, "the feature is not enabled";
    72012 "feature-not-enabled-72012" ChangePlanOrSwitch NEW LIST, "the feature is not enabled";
}
