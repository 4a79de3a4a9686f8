//! A seller's Markdown as HTML that a client's browser may be given.
//!
//! It must never let anything through that runs, that looks like ours, or that tells a third party of the visit: raw
//! HTML is shown as the text it is, links lead to the web, to mail and to telephones only, and pictures are links to
//! them, because loading one would tell its host who opened a private page, and when.

use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};

/// Where a link may lead. Anything else (`javascript:`, `data:`, an address on this server) is shown as plain text.
const SCHEMES: &[&str] = &["https://", "http://", "mailto:", "tel:"];
/// What a picture without a description is called.
const NAMELESS_PICTURE: &str = "Picture";
/// Around a page's Markdown stands a page with a heading of its own.
const OUTER_HEADINGS: usize = 1;
const LEVELS: [HeadingLevel; 6] = [
    HeadingLevel::H1,
    HeadingLevel::H2,
    HeadingLevel::H3,
    HeadingLevel::H4,
    HeadingLevel::H5,
    HeadingLevel::H6,
];

/// HTML of a text in CommonMark with tables and strikethrough. Headings begin at the second level and skip none.
pub fn render(markdown: &str) -> String {
    let mut cleaner = Cleaner::default();
    Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH)
        .for_each(|event| cleaner.take(event));
    let mut page = String::with_capacity(markdown.len() + markdown.len() / 2);
    html::push_html(&mut page, cleaner.clean.into_iter());
    page
}

/// A link or picture that is open.
struct Opened<'a> {
    /// What it is called if it names itself nothing; `None` when it is shown as plain text.
    name: Option<CowStr<'a>>,
}

#[derive(Default)]
struct Cleaner<'a> {
    clean: Vec<Event<'a>>,
    opened: Vec<Opened<'a>>,
    /// The open link has something to click on.
    named: bool,
    /// Level of the last heading, counted from 0.
    heading: usize,
}

impl<'a> Cleaner<'a> {
    fn take(&mut self, event: Event<'a>) {
        match event {
            Event::Start(Tag::Link { link_type, dest_url, title, .. }) => {
                let name = dest_url.clone();
                self.open(link_type, dest_url, title, name);
            }
            Event::Start(Tag::Image { dest_url, title, .. }) => {
                self.open(LinkType::Inline, dest_url, title, NAMELESS_PICTURE.into());
            }
            Event::End(TagEnd::Link | TagEnd::Image) => self.close(),
            Event::Start(Tag::Heading { level, .. }) => self.start_heading(level),
            Event::End(TagEnd::Heading(_)) => {
                self.clean.push(Event::End(TagEnd::Heading(LEVELS[self.heading])));
            }
            // Alignment would be an inline style, which the content security policy forbids.
            Event::Start(Tag::Table(columns)) => {
                let plain = columns.iter().map(|_| pulldown_cmark::Alignment::None).collect();
                self.clean.push(Event::Start(Tag::Table(plain)));
            }
            Event::Start(Tag::HtmlBlock) => self.clean.push(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => self.clean.push(Event::End(TagEnd::Paragraph)),
            Event::Html(text) | Event::InlineHtml(text) | Event::Text(text) => self.text(Event::Text(text)),
            Event::Code(_) => self.text(event),
            _ => self.clean.push(event),
        }
    }

    fn text(&mut self, event: Event<'a>) {
        self.named |= matches!(&event, Event::Text(text) | Event::Code(text) if !text.trim().is_empty());
        self.clean.push(event);
    }

    /// A link inside a link, which a picture can bring about, is plain text as well.
    fn open(&mut self, link_type: LinkType, dest_url: CowStr<'a>, title: CowStr<'a>, name: CowStr<'a>) {
        let inside = self.opened.iter().any(|opened| opened.name.is_some());
        if inside || !may_lead_to(link_type, &dest_url) {
            if !inside && name.as_ref() == NAMELESS_PICTURE {
                self.named = true;
            }
            self.opened.push(Opened { name: None });
            return;
        }
        self.named = false;
        self.opened.push(Opened { name: Some(name) });
        self.clean.push(Event::Start(Tag::Link { link_type, dest_url, title, id: CowStr::Borrowed("") }));
    }

    fn close(&mut self) {
        let Some(Opened { name: Some(name) }) = self.opened.pop() else { return };
        if !self.named {
            self.clean.push(Event::Text(name));
        }
        self.clean.push(Event::End(TagEnd::Link));
    }

    fn start_heading(&mut self, level: HeadingLevel) {
        let asked = LEVELS.iter().position(|l| *l == level).unwrap_or_default() + OUTER_HEADINGS;
        self.heading = asked.min(self.heading + 1).min(LEVELS.len() - 1);
        let level = LEVELS[self.heading];
        self.clean.push(Event::Start(Tag::Heading {
            level,
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }));
    }
}

/// Browsers drop tabs and line ends inside an address before they read its scheme, so those are not let through at all.
fn may_lead_to(link_type: LinkType, address: &str) -> bool {
    if address.chars().any(char::is_control) {
        return false;
    }
    let is = |scheme: &&&str| {
        address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && address.len() > scheme.len()
    };
    link_type == LinkType::Email || SCHEMES.iter().any(|scheme| is(&scheme))
}

#[cfg(test)]
mod tests;
