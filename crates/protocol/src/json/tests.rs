use super::*;

fn error(body: &str) -> BodyError {
    Fields::parse(body).unwrap_err()
}

#[test]
fn trailing_commas_are_named_apart() {
    for (body, line, column) in [
        ("{\"a\":1,}", 1, 7),
        ("{\"a\":[1,],\"b\":2}", 1, 8),
        ("{\n\"a\":[\n1 ,\n],\n}", 3, 3),
        ("{\"a\":{\"b\":[{},]}}", 1, 14),
    ] {
        assert_eq!(error(body), BodyError::TrailingComma { line, column }, "{body}");
    }
    for body in [
        "{\"a\":1,,}",
        "{,}",
        "{\"a\":[,]}",
        "{\"a\":1,",
        "{\"a\":[1,}",
        "{\"a\":01,}",
        "{\"a\":1,}x",
        "{a:1,}",
        "{\"a\":1}\u{0}",
        "\u{feff}{}",
        // Without its comma it would be JSON, and still not an object.
        "[1,]",
        "{\"a\":1",
    ] {
        assert!(matches!(error(body), BodyError::NotJson { .. }), "{body}: {:?}", error(body));
    }
    for body in ["", " \r\n\t"] {
        assert_eq!(error(body), BodyError::Empty);
    }
    for (body, found) in [("[]", "an array"), ("\",}\"", "a string"), (" 1 ", "an integer"), ("null", "null")] {
        assert_eq!(error(body), BodyError::NotObject { found });
    }
}

#[test]
fn duplicate_missing_and_mistyped_fields_differ() {
    let problem = |body: &str| {
        let mut fields = Fields::parse(body).unwrap();
        let Err(ValueError::Field(error)) = fields.require(BodyPath::GroupId, string) else { panic!("{body}") };
        assert_eq!(error.path, BodyPath::GroupId);
        error.problem
    };
    assert_eq!(problem("{\"groupid\":\"a\"}"), FieldProblem::Missing);
    for twice in
        ["{\"GroupId\":\"a\",\"GroupId\":\"a\"}", "{\"GroupId\":1,\"x\":1,\"\\u0047roupId\":null,\"GroupId\":\"a\"}"]
    {
        assert_eq!(problem(twice), FieldProblem::DuplicateField, "{twice}");
    }
    let (wanted, found, text) = (JsonType::Text, JsonType::Integer, "1".into());
    assert_eq!(problem("{\"GroupId\":1}"), FieldProblem::Type { wanted, found, text });
}

#[test]
fn optional_fields_are_taken_only_when_valid() {
    let take = |body: &'static str| {
        let mut fields = Fields::parse(body).unwrap();
        let taken = fields.undocumented(BodyPath::ExpireTime, |path, value| integer(path, value).ok()?.to_i64());
        (taken, fields.names().map(str::to_owned).collect::<Vec<_>>())
    };
    assert_eq!(take("{\"a\":1,\"ExpireTime\":2,\"b\":3}"), (Some(2), vec!["a".into(), "b".into()]));
    assert_eq!(take("{\"a\":1,\"b\":3}"), (None, vec!["a".into(), "b".into()]));
    assert_eq!(take("{\"ExpireTime\":\"2\",\"b\":3}"), (None, vec!["ExpireTime".into(), "b".into()]));
    assert_eq!(
        take("{\"ExpireTime\":2,\"b\":3,\"ExpireTime\":2}"),
        (None, vec!["ExpireTime".into(), "b".into(), "ExpireTime".into()])
    );
}

#[test]
fn comments_are_reported_with_line_and_column() {
    let error = |text: &str| body_error(text, &serde_json::from_str::<Fields<'_>>(text).err().unwrap());
    for (text, line, column) in [
        ("// all\n{}", 1, 1),
        ("{\n \"a\": 1, /* b */\n \"c\": 2}", 2, 10),
        (r#"{"a":"//","b":"\"//\\"} // end"#, 1, 25),
    ] {
        assert_eq!(error(text), BodyError::Comment { line, column }, "{text}");
    }
    for text in [r#"{"a":"//""#, "{/}", r#"{"a":"/*\"}"#] {
        assert!(matches!(error(text), BodyError::NotJson { .. }), "{text}");
    }
}
