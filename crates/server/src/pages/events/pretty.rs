//! JSON with a line for each value, for reading. Only white space changes: the order of fields and the spelling of
//! numbers stay as Stripe sent them.

/// Spaces of a level.
const INDENT: usize = 2;

/// `None` when it is not JSON.
pub(super) fn pretty(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    let mut out = String::with_capacity(text.len() * 2);
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    let mut chars = text.chars().filter(|c| !c.is_control()).peekable();
    while let Some(c) = chars.next() {
        if in_text {
            out.push(c);
            in_text = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '{' | '[' => {
                out.push(c);
                while chars.next_if_eq(&' ').is_some() {}
                if let Some(close) = chars.next_if(|c| matches!(c, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            ' ' => {}
            '"' => {
                in_text = true;
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    Some(out)
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', depth * INDENT));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_white_space_changes() {
        let body = br#"{"z":1.0,"a": [ ],"b":{},"t":"a \"{,}\" b\\","l":[1,{"x":null}]}"#;
        let want = "{\n  \"z\": 1.0,\n  \"a\": [],\n  \"b\": {},\n  \"t\": \"a \\\"{,}\\\" b\\\\\",\n  \"l\": [\n    1,\n    {\n      \"x\": null\n    }\n  ]\n}";
        assert_eq!(pretty(body).as_deref(), Some(want));
        assert_eq!(pretty(want.as_bytes()).as_deref(), Some(want), "once is enough");
        assert_eq!(pretty(b"{\"a\":"), None);
        assert_eq!(pretty(b"\xff"), None);
    }
}
