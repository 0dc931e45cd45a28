//! The shape of every reply, and that replies have it.

use serde_json::value::RawValue;

use super::shapes::Shape;
use super::{Place, asked, call, example, open, opened, verbs};

const ERROR: &str = "{kind:str,pointer:str?,message:str}";
const VIOLATIONS: &str = "[{step:int,code:int,because:[str],pointer:str?,message:str}]";
const OMITTED: &str = "[{account:str,mark:int,because:str}]";
const NOTES: &str = "[{kind:str,pointer:str,message:str}]";
const TOKEN: &str = "{version:str,identifier:str,sdkappid:int,time:int,expire:int,expires_at:int,userbuf:any?}";
const ACCOUNTS: &str = "[{account:str,marks:[int],state:str,applied?:[int],omitted?:[int],likely?:str,code?:int,info?:str,message:str,random:int?}]";
const HEARD: &str = "status:str,code?:int,info?:str,message:str,warnings?:[str]";
const READINGS: &str = "[{name:str,meaning:str}]";
const REFUSALS: &str = "[{step:int,code:int,because:[str],description:str,under?:str?}]";
const SOURCES: &str = "[{page:str,title:str,language:str,section:str,date:str?,url:str}]";

/// The shape of what a question gives.
pub(super) fn shape(name: &str) -> Shape {
    Shape::parse(&match name {
        "about" => "{version:str,v:int,snapshot:int,progress:int,documents:str?,clauses:int,gaps:int}".to_owned(),
        "check" | "dry_run" => format!(
            "{{accepted:bool,violations:{VIOLATIONS},answer?:any?,because?:[str],omitted?:{OMITTED},notes?:{NOTES}}}"
        ),
        // Five kinds of subject, and what there is if none was named.
        "explain" => format!(
            "{{kind?:str,name?:str,calls?:[{{command:str,path:str,sources:{SOURCES}}}],clauses?:[{{id:str,description:str}}],gaps?:[{{id:str,description:str}}],codes?:[{{code:int,name:str,meaning:str}}],id?:str,code?:int,meaning?:str,action?:str,advice?:str,causes?:[{{when:str,because:[str],under:str?,advice:str}}],document?:str,listed?:str,description?:str,field?:str?,question?:str,evidence?:str,sources?:{SOURCES},breach?:str,readings?:{READINGS},mark?:int,see_also?:str?,related?:[str],refusals?:{REFUSALS}}}"
        ),
        "policy" => format!(
            "{{profiles:[{{name:str,meaning:str,in_force:bool}}],gaps:[{{id:str,field:str?,question:str,in_force:str,default:str,readings:{READINGS}}}]}}"
        ),
        "usersig_sign" => "{usersig:str}".to_owned(),
        "usersig_verify" => format!("{{accepted:bool,code:int,message:str?,token:{TOKEN}?}}"),
        "usersig_explain" => format!(
            "{{accepted:bool?,code:int,findings:[{{code:int?,message:str}}],token:{TOKEN}?,unchecked:[str]}}"
        ),
        "webhook_parse" => "{accepted:bool,message:str?,command:str?,group:str?,event:str?,cause:str?,operator:str?,accounts:[str]?,at_ms:int?}".to_owned(),
        "webhook_verify" => "{accepted:bool,message:str?,command:str?}".to_owned(),
        "webhook_build" => "{query:str,body:str}".to_owned(),
        "answer" => format!("{{{HEARD},advice:{{action:str,wait_ms:int?}},accounts:{ACCOUNTS}}}"),
        "plan" => "{accepted:bool,errors?:[{because:str?,input:int?,message:str}],change?:str,group?:str,inputs?:int,accounts?:int,needs_admin?:bool,marks?:[{mark:int,accounts:int}],notes?:[str],calls?:[{first:int,accounts:int,from:str,to:str,bytes:int,body?:str}]}".to_owned(),
        "line" => format!("{{line:int,events?:any,answer?:any,because?:[str],omitted?:{OMITTED}}}"),
        "call" => format!("{{answer:any,because:[str],omitted:{OMITTED},events?:any}}"),
        "poll" => "{step:str,id?:int,plan?:int,endpoint?:str,group?:str,first?:int,accounts?:int,number?:int,random?:int,url?:str,body?:str,timeout_ms?:int,until_ms?:int}".to_owned(),
        "report" => format!(
            "{{plans:[{{change:str,group:str,counts:{{*:int}},accounts:{ACCOUNTS}}}],calls:[{{plan:int,first:int,accounts:int,end:str,attempts:[{{random:int,sent_at_ms:int,ended_at_ms:int,{HEARD}}}]}}]}}"
        ),
        "snapshot" | "progress" => "any".to_owned(),
        "session" | "job" | "restore" | "response" | "failure" | "stop" => "{}".to_owned(),
        other => panic!("the reply of `{other}` has no shape"),
    })
}

/// Holds an error against its shape.
pub(super) fn is_error(text: &str) {
    Shape::parse(ERROR).check(serde_json::from_str::<&RawValue>(text).unwrap());
}

pub(super) fn error_schema() -> serde_json::Value {
    Shape::parse(ERROR).schema()
}

/// Holds what a reply gave against the shape of its question.
fn has_shape(name: &str, reply: &str) {
    let ok =
        reply.strip_prefix(r#"{"v":1,"ok":"#).unwrap_or_else(|| panic!("{name}: {reply}")).strip_suffix('}').unwrap();
    shape(name).check(serde_json::from_str::<&RawValue>(ok).unwrap());
}

#[test]
fn replies_to_the_examples_have_their_shape() {
    for (place, verb) in verbs() {
        let (request, body) = example(verb.name);
        match verb.name {
            // They need something that was asked before.
            "response" | "failure" | "restore" => {}
            name => has_shape(name, &asked(place, request, body)),
        }
    }
}

#[test]
fn replies_of_one_conversation_have_their_shape() {
    let (mut session, mut job) = (opened("session"), opened("job"));
    for name in ["line", "call", "dry_run", "snapshot"] {
        let (request, body) = example(name);
        has_shape(name, &session.ask(request, body));
    }
    has_shape("line", &session.ask(example("line").0, br#"{"at":1,"do":"call","path":"v4/x","body":{}}"#));
    let asked = ["poll", "poll", "poll", "response", "failure", "report", "poll", "stop", "poll", "report", "progress"];
    for (second, name) in asked.into_iter().enumerate() {
        let (request, body) = example(name);
        // Calls are spread over time.
        let request = request.replace("1795412030000", &format!("17954120{}000", 30 + second));
        has_shape(name, &job.ask(request, body));
    }
}

#[test]
fn every_subject_is_explained_in_one_shape() {
    let names = avmarks_spec::Clause::ALL.iter().map(|clause| clause.id().to_owned());
    let names = names.chain(avmarks_spec::Gap::ALL.iter().map(|gap| gap.id().to_owned()));
    let codes = avmarks_protocol::ERROR_CODES.iter().flat_map(|row| [row.code.to_string(), row.name.to_owned()]);
    for subject in names.chain(codes).chain(["500", "1000", "precedence", "gap:page_size"].map(str::to_owned)) {
        let request = format!(r#"{{"v":1,"do":"explain","subject":"{subject}"}}"#);
        let reply = call(&request, b"");
        let ok = reply.strip_prefix(r#"{"v":1,"ok":"#).unwrap_or_else(|| panic!("{reply}"));
        // A subject of each kind has an order of its own.
        let parsed: serde_json::Value = serde_json::from_str(ok.strip_suffix('}').unwrap()).unwrap();
        assert!(parsed["kind"].is_string() && parsed["refusals"].is_array(), "{reply}");
    }
    for subject in ["check_members", "modify-admin", "robots", "Admins"] {
        let request = format!(r#"{{"v":1,"do":"explain","subject":"{subject}"}}"#);
        has_shape("explain", &call(request, b""));
    }
    has_shape("explain", &call(r#"{"v":1,"do":"explain"}"#, b""));
    assert!(call(r#"{"v":1,"do":"explain","subject":"nothing"}"#, b"").contains("\"/subject\""));
}

#[test]
fn a_service_refusal_is_not_an_error() {
    for (request, body) in [
        (example("usersig_verify").0, &b""[..]),
        (r#"{"v":1,"do":"webhook_parse"}"#, b"\xff"),
        (r#"{"v":1,"do":"webhook_verify","query":"","sdkappid":1400000000,"now_ms":0}"#, b""),
        (r#"{"v":1,"do":"check","endpoint":"get_members"}"#, b"\xff\x00"),
    ] {
        let reply = call(request, body);
        assert!(reply.starts_with(r#"{"v":1,"ok":{"accepted":false,"#), "{reply}");
    }
    assert!(open(example("job").0, b"\xff").is_err());
    assert!(asked(Place::Open, example("session").0, b"").contains("\"ok\""));
}
