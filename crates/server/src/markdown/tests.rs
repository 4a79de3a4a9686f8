//! Nothing harmful comes through, whatever the seller (or whoever wrote the text for them) pasted.

use super::*;
use proptest::prelude::*;

/// Elements that may stand in a page, and the attributes each may have.
const ELEMENTS: &[(&str, &[&str])] = &[
    ("a", &["href", "title"]),
    ("blockquote", &[]),
    ("br", &[]),
    ("code", &["class"]),
    ("del", &[]),
    ("em", &[]),
    ("h2", &[]),
    ("h3", &[]),
    ("h4", &[]),
    ("h5", &[]),
    ("h6", &[]),
    ("hr", &[]),
    ("li", &[]),
    ("ol", &["start"]),
    ("p", &[]),
    ("pre", &[]),
    ("strong", &[]),
    ("table", &[]),
    ("tbody", &[]),
    ("td", &[]),
    ("th", &[]),
    ("thead", &[]),
    ("tr", &[]),
    ("ul", &[]),
];

/// Reads HTML by a grammar so strict that a browser cannot read it in another way. Returns what is wrong.
fn fault(html: &str) -> Option<String> {
    let mut rest = html;
    let mut links = 0_i32;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').map_or(rest.len() - start, |end| end + 1);
        let tag = &rest[start..end];
        if let Some(why) = tag_fault(tag) {
            return Some(format!("{why}: {tag}"));
        }
        links += i32::from(tag.starts_with("<a ")) - i32::from(tag == "</a>");
        if !(0..=1).contains(&links) {
            return Some("links that overlap".to_owned());
        }
        rest = &rest[end..];
    }
    None
}

fn tag_fault(tag: &str) -> Option<String> {
    let inside = tag.strip_prefix('<').and_then(|t| t.strip_suffix('>'));
    let Some(inside) = inside else { return Some("an open tag".to_owned()) };
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    let inside = inside.strip_suffix(" /").unwrap_or(inside);
    let (name, mut rest) = inside.split_at(inside.find(' ').unwrap_or(inside.len()));
    let Some((_, attributes)) = ELEMENTS.iter().find(|(element, _)| *element == name) else {
        return Some("a strange element".to_owned());
    };
    while !rest.is_empty() {
        let Some((attribute, tail)) = rest.strip_prefix(' ').and_then(|r| r.split_once("=\"")) else {
            return Some("a strange attribute".to_owned());
        };
        let Some((value, tail)) = tail.split_once('"') else { return Some("an open value".to_owned()) };
        if !attributes.contains(&attribute) {
            return Some(format!("the attribute {attribute}"));
        }
        let leads = |scheme: &&str| value.get(..scheme.len()).is_some_and(|v| v.eq_ignore_ascii_case(scheme));
        if attribute == "href" && !SCHEMES.iter().any(leads) {
            return Some(format!("leads to {value}"));
        }
        rest = tail;
    }
    None
}

#[track_caller]
fn assert_harmless(markdown: &str) -> String {
    let html = render(markdown);
    let fault = fault(&html);
    assert_eq!(fault, None, "{markdown:?} became {html}");
    html
}

#[test]
fn the_grammar_knows_harm_when_it_sees_it() {
    let harmful = [
        "<script>",
        "<p onclick=\"x\">",
        "<a href=\"javascript:x\">",
        "<a href=\"/sign-out\">",
        "<a href=x>",
        "<img src=\"https://x\">",
        "<p style=\"x\">",
        "<P>",
        "<!-- x -->",
        "<p",
        "<a href=\"https://x\"><a href=\"https://y\">",
        "<a href=\"https://x\" onclick=\"y\">",
        "<h1>",
        "</script>",
    ];
    for html in harmful {
        assert!(fault(html).is_some(), "{html}");
    }
    assert_eq!(fault("<p>5 &lt; 6 <a href=\"https://x\" title=\"&lt;\">x</a><br /></p>"), None);
}

#[test]
fn what_is_written_is_what_is_read() {
    let table = [
        ("Hello *you* and **you**", "<p>Hello <em>you</em> and <strong>you</strong></p>\n"),
        ("# One\n### Two\n# Three", "<h2>One</h2>\n<h3>Two</h3>\n<h2>Three</h2>\n"),
        ("###### Deep", "<h2>Deep</h2>\n"),
        (
            "[us](https://example.com/a?b=1&c=2)",
            "<p><a href=\"https://example.com/a?b=1&amp;c=2\">us</a></p>\n",
        ),
        ("<ana@example.com>", "<p><a href=\"mailto:ana@example.com\">ana@example.com</a></p>\n"),
        ("[call](tel:+351123)", "<p><a href=\"tel:+351123\">call</a></p>\n"),
        ("[](https://example.com)", "<p><a href=\"https://example.com\">https://example.com</a></p>\n"),
        ("~~old~~ new", "<p><del>old</del> new</p>\n"),
    ];
    for (markdown, want) in table {
        assert_eq!(assert_harmless(markdown), want, "{markdown}");
    }
    let table = assert_harmless("|a|b|\n|-|-:|\n|1|2|");
    assert!(table.contains("<td>2</td>") && !table.contains("style"), "{table}");
}

#[test]
fn raw_html_is_shown_as_text() {
    assert_eq!(render("a <b>b</b>"), "<p>a &lt;b&gt;b&lt;/b&gt;</p>\n");
    assert_eq!(render("<script>alert(1)</script>"), "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n");
    assert_eq!(render("<!-- hidden -->"), "<p>&lt;!-- hidden --&gt;</p>\n");
}

#[test]
fn links_that_could_run_or_lead_into_this_server_are_text() {
    let addresses = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#x0A;script:alert(1)",
        "&#106;avascript:alert(1)",
        "&#1;javascript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "file:///etc/passwd",
        "/sign-out",
        "//evil.example",
        "#main",
        "?preview",
        "blob:https://x",
        "https:",
        "tel:",
        "\\\\evil.example",
        "view-source:x",
    ];
    for address in addresses {
        for markdown in
            [format!("[x]({address})"), format!("![x]({address})"), format!("[x][r]\n\n[r]: <{address}>")]
        {
            let html = assert_harmless(&markdown);
            assert!(!html.contains("<a"), "{markdown} became {html}");
        }
    }
}

#[test]
fn pictures_are_links_to_them() {
    let table = [
        ("![A chart](https://x.example/a.png)", "<p><a href=\"https://x.example/a.png\">A chart</a></p>\n"),
        ("![](https://x.example/a.png)", "<p><a href=\"https://x.example/a.png\">Picture</a></p>\n"),
        (
            "[![A chart](https://x.example/a.png)](https://b.example)",
            "<p><a href=\"https://b.example\">A chart</a></p>\n",
        ),
        (
            "![a [b](https://b.example) c](https://x.example)",
            "<p><a href=\"https://x.example\">a b c</a></p>\n",
        ),
        ("![A chart](data:image/png;base64,AAAA)", "<p>A chart</p>\n"),
    ];
    for (markdown, want) in table {
        assert_eq!(assert_harmless(markdown), want, "{markdown}");
    }
}

#[test]
fn hostile_texts_are_harmless() {
    let texts = [
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<a href=\"javascript:x\">x</a>",
        "</main></body><script>x</script>",
        "[x](https://x \"\\\"onmouseover=alert(1)\")",
        "[x](https://x\"onclick=alert(1))",
        "```\"><script>\n</code><script>\n```",
        "`<script>`",
        "<style>*{}</style>",
        "<iframe src=https://x>",
        "<form action=https://x><input>",
        "<base href=https://x>",
        "<meta http-equiv=refresh>",
        "&lt;script&gt;",
        "\0<script>",
        "<scr\0ipt>",
        "[a]: javascript:x\n[a]",
        "<https://x\"><script>>",
        "<javascript:alert(1)>",
        "- [ ] <b>",
        "> <b",
        "<?php x ?>",
        "<![CDATA[<b>]]>",
        "<math><mi//xlink:href=\"data:x\">",
        "``` \" onclick=\"x\ncode\n```",
        "1<2>3 <a/href=x>",
        "\u{202e}<script>",
    ];
    for text in texts {
        let html = assert_harmless(text);
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    }
}

#[test]
fn deep_and_long_texts_end_soon() {
    for piece in ["[", "![", "*", "> ", "`", "<", "- ", "[a](", "|a", "_a*", "<!--", "&#", "\\"] {
        assert_harmless(&piece.repeat(100_000 / piece.len()));
    }
}

fn fragment() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "<",
        ">",
        "\"",
        "'",
        "=",
        "/",
        "&",
        "`",
        "```",
        "*",
        "_",
        "[",
        "]",
        "(",
        ")",
        "![",
        "](",
        "\n",
        "\n\n",
        " ",
        "    ",
        "\t",
        "|",
        "|-|",
        "-",
        "#",
        ">",
        "\\",
        "~~",
        ":",
        "javascript:",
        "data:",
        "https://x",
        "mailto:",
        "<script>",
        "</a>",
        "<a href=",
        "onclick=",
        "<!--",
        "-->",
        "<?",
        "<![CDATA[",
        "&#106;",
        "&colon;",
        "&Tab;",
        "\0",
        "\u{1}",
        "[r]: ",
        "<div>",
        "a",
        "é",
        "1.",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, fork: false, ..ProptestConfig::default() })]

    #[test]
    fn no_text_comes_through_as_anything_else(text in fragment()) {
        let html = render(&text);
        prop_assert_eq!(fault(&html), None, "{:?} became {}", text, html);
    }

    #[test]
    fn nor_does_any_other(text in any::<String>()) {
        let html = render(&text);
        prop_assert_eq!(fault(&html), None, "{:?} became {}", text, html);
    }
}
