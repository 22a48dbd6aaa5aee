extension Judging {
    /// The day of a date field.
    ///
    /// The schema's validation lets no other numbers pass; what did not go through it is refused
    /// here instead of being guessed at.
    ///
    /// - Parameters:
    ///   - yyyymmdd: the field's value.
    ///   - field: its name, for the refusal.
    package func day(_ yyyymmdd: Int32, _ field: String) throws(Refusal) -> LocalDate {
        guard let day = LocalDate(yyyymmdd: yyyymmdd) else {
            throw Refusal(
                "INV-DATE", zh: "\(field)（\(yyyymmdd)）不是存在的日期，请更正",
                en: "\(field) (\(yyyymmdd)) is not a day that exists; correct it",
                [DecidingFact(field, yyyymmdd)])
        }
        return day
    }
}
