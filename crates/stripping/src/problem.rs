//! Why a file is not taken, with a code that the browser's module shares.

use kernel::Refusal;

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// None of the accepted kinds.
    Kind,
    /// More bytes than are taken.
    TooLarge,
    /// Damaged, broken off, or not written as its format wants it.
    Broken,
    /// Protected by a password or otherwise encrypted.
    Encrypted,
    /// Carries a signature, which names who signed and would break.
    Signed,
    /// A PDF whose metadata lies compressed.
    Hidden,
    /// Two formats in one file.
    Mixed,
    /// Would unpack to far more than it is.
    Bomb,
    /// Documents within documents, too deep.
    Nested,
    /// Holds programs.
    Macro,
    /// Holds comments or kept revisions.
    Remarks,
}

impl Problem {
    /// All of them.
    pub const ALL: [Problem; 11] = [
        Problem::Kind,
        Problem::TooLarge,
        Problem::Broken,
        Problem::Encrypted,
        Problem::Signed,
        Problem::Hidden,
        Problem::Mixed,
        Problem::Bomb,
        Problem::Nested,
        Problem::Macro,
        Problem::Remarks,
    ];

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Problem::Kind => "strip-type",
            Problem::TooLarge => "strip-too-large",
            Problem::Broken => "strip-broken",
            Problem::Encrypted => "strip-encrypted",
            Problem::Signed => "strip-signed",
            Problem::Hidden => "strip-pdf",
            Problem::Mixed => "strip-mixed",
            Problem::Bomb => "strip-bomb",
            Problem::Nested => "strip-nested",
            Problem::Macro => "strip-macro",
            Problem::Remarks => "strip-remarks",
        }
    }

    /// What to do, in both languages.
    pub fn refusal(self) -> Refusal {
        let (zh, en) = match self {
            Problem::Kind => (
                "不接受这种文件。可用：PDF、Word（docx）、Excel（xlsx）、PowerPoint（pptx）、JPEG、PNG、UTF-8 纯文本。旧版 Office 文件和加密的 Office 文件请另存为上述格式，不设密码。",
                "This kind of file is not accepted. Use PDF, Word (docx), Excel (xlsx), PowerPoint (pptx), JPEG, PNG or plain text in UTF-8. Save files of old Office versions, and Office files with a password, as one of these without a password.",
            ),
            Problem::TooLarge => (
                "文件超过 64 MiB。请压缩图片或拆分文件。",
                "The file is larger than 64 MiB. Make its pictures smaller or split it.",
            ),
            Problem::Broken => (
                "文件已损坏或不完整。请用原软件打开，重新保存或导出后再选择。",
                "The file is damaged or incomplete. Open it in the program that made it, save or export it again, and choose the new file.",
            ),
            Problem::Encrypted => (
                "文件有密码或已加密，无法去除其中的身份信息。请取消密码后重新保存。",
                "The file has a password or is encrypted, so what tells its author cannot be taken out. Save it again without a password.",
            ),
            Problem::Signed => (
                "文件带有电子签名，签名会透露签署人。请打印为新的 PDF 后再选择。",
                "The file carries a digital signature, which tells who signed. Print it to a new PDF and choose that one.",
            ),
            Problem::Hidden => (
                "这个 PDF 的作者等信息经过压缩，无法就地去除。请打印为新的 PDF（打印机选“另存为 PDF”）后再选择。",
                "What tells the author of this PDF is stored compressed and cannot be taken out in place. Print it to a new PDF (choose “Save as PDF” as the printer) and choose that one.",
            ),
            Problem::Mixed => (
                "文件里还藏有另一种格式的内容。请用原软件重新导出。",
                "The file also holds content of another format. Export it again from the program that made it.",
            ),
            Problem::Bomb => (
                "文件解压后过大，或条目过多、相互重叠。请用 Office 重新保存，并压缩其中的图片。",
                "The file unpacks to too much, or its entries are too many or overlap. Save it again in Office and compress its pictures.",
            ),
            Problem::Nested => (
                "文件中嵌入的文档层数过多。请把嵌入的文档作为单独的文件提交。",
                "Documents are embedded too deep in this file. Submit the embedded documents as files of their own.",
            ),
            Problem::Macro => (
                "文件含有宏程序。请另存为不带宏的 docx、xlsx 或 pptx。",
                "The file holds macros. Save it as docx, xlsx or pptx without macros.",
            ),
            Problem::Remarks => (
                "文件含有批注或修订记录，会透露作者姓名。请接受全部修订、删除全部批注后重新保存。",
                "The file holds comments or tracked changes, which name their authors. Accept all changes, delete all comments, and save it again.",
            ),
        };
        match self {
            Problem::TooLarge => Refusal::new(kernel::RefusalKind::TooLarge, self.code(), zh, en),
            _ => Refusal::invalid(self.code(), zh, en),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_a_code_and_says_what_to_do_in_both_languages() {
        let mut codes: Vec<&str> = Problem::ALL.iter().map(|problem| problem.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Problem::ALL.len());
        for problem in Problem::ALL {
            let refusal = problem.refusal();
            assert_eq!(refusal.code, problem.code());
            assert!(refusal.zh.ends_with('。') && refusal.en.ends_with('.'), "{problem}");
        }
    }
}
