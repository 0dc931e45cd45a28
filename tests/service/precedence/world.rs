//! A request that breaks everything, and the app that it meets.

use std::time::Duration;

use avmarks_protocol::usersig::UserSig;
use avmarks_protocol::{Endpoint, SdkAppId, modify_admin};
use avmarks_rules::{Presence, Reason, Refusal};
use avmarks_service::{Answer, App, Request, Settings};
use avmarks_spec::readings::{CountTypes, LowPlanList, OverCapacity, Random, SpecialSlots};
use avmarks_spec::{Gap, GroupType, Limits, Timestamp};

use crate::{NOW, app_with_group, body, group, key, user};

/// A request with the app that it meets. Its caller is `owner`.
pub(super) struct World {
    pub(super) app: App,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) query: String,
    pub(super) body: Vec<u8>,
}

impl World {
    /// Everything is wrong: path, method, length, query, signature, caller, rate and body; the group `g` belongs to somebody else
    /// and has ten marks and five administrators; plan and switch are missing, and every reading is the one that refuses.
    pub(super) fn hopeless() -> Self {
        let mut app = app_with_group();
        app.create_group(group("public"), GroupType::Public, None, NOW);
        let mut world = Self {
            app,
            method: "GET",
            path: "v4/group_open_http_svc/modify_group_member_info",
            query: "identifier=nobody".to_owned(),
            body: b"[\xff, 7]".to_vec(),
        };
        world.group_owned_by("a");
        world.settings(|settings| {
            let terms = &mut settings.terms;
            settings.key = Some(key("right"));
            terms.marks_supported = false;
            terms.online_list_enabled = false;
            terms.policy.random = Random::Refuse;
            terms.policy.over_capacity = OverCapacity::RefuseCall;
            terms.policy.low_plan_list = LowPlanList::Refuse;
            terms.policy.count_types = CountTypes::AvChatRoomOnly;
            terms.policy.special_slots = SpecialSlots::Count;
            terms.limits = Limits { calls_per_window_max: 0, body_bytes_max: 3, ..Limits::DOCUMENTED };
        });
        world
    }

    /// `g` anew, with another owner; `a` and `b` are online, `b` holds ten marks, and five are administrators.
    pub(super) fn group_owned_by(&mut self, owner: &str) {
        // Whatever the app lacks by now.
        let kept = self.app.settings().clone();
        self.app.configure(Settings::default());
        self.app.destroy_group(group("g"), NOW);
        self.app.create_group(group("g"), GroupType::AvChatRoom, Some(user(owner)), NOW);
        self.app.apply_presence(group("g"), Presence::Join, &[user("a"), user("b")], NOW);
        self.serve(Endpoint::ModifyUserInfo, &body("g", 1, &[("b", &(1_000..1_010).collect::<Vec<_>>())]));
        let admins = ["k1", "k2", "k3", "k4", "k5"].map(Into::into).to_vec();
        let admins = modify_admin::Request { group_id: "g".into(), command_type: 1.into(), accounts: admins };
        self.serve(Endpoint::ModifyAdmin, &admins.to_json());
        self.app.configure(kept);
    }

    /// A call of an app admin, which is served.
    pub(super) fn serve(&mut self, endpoint: Endpoint, body: &[u8]) {
        let response = self.app.handle(&Request::trusted("administrator", endpoint.path(), body), NOW);
        assert_eq!(response.answer.code.number(), 0, "{response:?}");
    }

    pub(super) fn settings(&mut self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.app.settings().clone();
        change(&mut settings);
        self.app.configure(settings);
    }

    pub(super) fn request(&self) -> Request<'_> {
        Request::signed(self.method, self.path, &self.query, &self.body)
    }

    /// Every refusal that a dry run finds, and the answer, which is that of the service.
    pub(super) fn asked(&self) -> (Vec<Refusal>, Answer) {
        let request = self.request();
        let dry = self.app.dry_run(&request, NOW);
        let first = dry.violations.first().map(|violation| violation.code.number()).unwrap_or_default();
        assert_eq!(dry.answer.code.number(), first);
        let served = self.app.clone().handle(&request, NOW).answer;
        assert_eq!(served, dry.answer, "the service answers what the dry run foresaw");
        let mut refusals: Vec<_> = dry.violations.iter().map(|violation| violation.refusal).collect();
        refusals.dedup();
        (refusals, dry.answer)
    }

    /// The answer is this refusal; it rests on its clause and gap, and on `gap:precedence` just if another row applies.
    pub(super) fn is_refused(&self, expected: Refusal, is_alone: bool, after: &[Refusal]) {
        let (refusals, answer) = self.asked();
        let told = format!("{expected:?} after {after:?}: {refusals:?} {:?}", answer.because);
        assert_eq!(refusals.first(), Some(&expected), "{told}");
        assert_eq!(answer.code.number(), i64::from(expected.code(&self.app.settings().terms.policy)), "{told}");
        let clause = expected.clause().map(Reason::Clause);
        let rests_on: Vec<_> = clause.into_iter().chain(expected.gap().map(Reason::Gap)).collect();
        assert!(answer.because.starts_with(&rests_on), "{told}");
        let clauses = answer.because.iter().filter(|basis| matches!(basis, Reason::Clause(_))).count();
        // Where nobody could be served, each mark has its reason.
        let reasons = usize::from(expected == Refusal::AllFailed);
        assert_eq!(clauses, reasons + usize::from(clause.is_some()), "{told}");
        assert_eq!(refusals.len() == 1, is_alone, "{told}");
        let times = answer.because.iter().filter(|basis| **basis == Reason::Gap(Gap::Precedence)).count();
        assert_eq!(times, usize::from(!is_alone), "{told}");
    }
}

/// A row of the list of refusals that applies now, and what mends it.
pub(super) struct Row {
    pub(super) refusal: Refusal,
    /// Whether no other row applies.
    pub(super) is_alone: bool,
    pub(super) mend: Box<dyn Fn(&mut World)>,
}

/// A row that applies beside others.
pub(super) fn row(refusal: Refusal, mend: impl Fn(&mut World) + 'static) -> Row {
    Row { refusal, is_alone: false, mend: Box::new(mend) }
}

impl Row {
    /// The same, and no other row applies.
    pub(super) fn alone(self) -> Self {
        Self { is_alone: true, ..self }
    }
}

/// A query for `owner` with a signature that this key made for somebody and some app.
pub(super) fn sign(key_text: &str, app: SdkAppId, identifier: &str, at: Timestamp) -> String {
    let sig = UserSig::sign(&key(key_text), app, identifier, at, Duration::from_secs(86_400), None);
    format!("sdkappid={}&identifier=owner&usersig={}&random=1&contenttype=json", SdkAppId::EXAMPLE, sig.as_str())
}
