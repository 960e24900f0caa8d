//! What a commit says of itself: author, date, subject.

use bstr::{BStr, BString, ByteSlice};

use crate::finding::CommitInfo;
use crate::source::history::{Kind, ObjectId, Reader};

/// The commit `id`; where it cannot be read, its id alone.
pub(super) fn info(reader: &mut Reader<'_>, id: ObjectId) -> CommitInfo {
    let mut info = CommitInfo {
        id: id.to_string(),
        author: BString::default(),
        email: BString::default(),
        time: 0,
        subject: BString::default(),
    };
    if let Ok((Kind::Commit, bytes)) = reader.read(id, u64::MAX) {
        fill(&mut info, bytes.as_bstr());
    }
    info
}

fn fill(info: &mut CommitInfo, bytes: &BStr) {
    let (head, message) = bytes.split_once_str("\n\n").unwrap_or((bytes, b""));
    if let Some(author) = head.lines().find_map(|line| line.strip_prefix(b"author ")) {
        let (name, rest) = author.split_once_str("<").unwrap_or((author, b""));
        let (email, time) = rest.split_once_str(">").unwrap_or((rest, b""));
        info.author = BString::from(name.trim());
        info.email = BString::from(email.trim());
        let seconds = time.trim().split_str(" ").next().unwrap_or_default();
        info.time = seconds.to_str().ok().and_then(|t| t.parse().ok()).unwrap_or(0);
    }
    info.subject = BString::from(message.trim_start().lines().next().unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> CommitInfo {
        let mut info = CommitInfo {
            id: String::new(),
            author: "".into(),
            email: "".into(),
            time: 0,
            subject: "".into(),
        };
        fill(&mut info, BStr::new(text));
        info
    }

    #[test]
    fn author_date_and_subject() {
        let info = parsed(
            "tree 0\nauthor A B <a@b> 1700000000 +0100\ncommitter C <c@d> 1 +0000\n\nSubject\n\nBody\n",
        );
        assert_eq!((info.author, info.email, info.time), ("A B".into(), "a@b".into(), 1_700_000_000));
        assert_eq!(info.subject, "Subject");
    }

    #[test]
    fn broken_headers_are_no_error() {
        for text in [
            "",
            "author",
            "author <",
            "author x <y",
            "author x <y> z",
            "author x <y> 99999999999999999999\n\n",
        ] {
            assert_eq!(parsed(text).time, 0);
        }
    }
}
