/// The language of texts for people: Chinese for those who run an office, English for those who
/// run servers.
enum Language: String, CaseIterable, Sendable {
    case zh, en

    /// The language of the locale: Chinese for `zh…`, else English.
    static let ofLocale: Language = {
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            guard let value = Terminal.environment(name) else { continue }
            return value.lowercased().hasPrefix("zh") ? .zh : .en
        }
        return .en
    }()
}

/// One text in both languages.
struct Phrase {
    let zh: String
    let en: String

    init(zh: String, en: String) {
        self.zh = zh
        self.en = en
    }

    func callAsFunction(_ language: Language) -> String {
        language == .zh ? zh : en
    }
}
