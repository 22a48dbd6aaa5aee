import PartyBuilding

/// The groups under which brand metrics are summed.
enum BrandKeys {
    /// Groups (hosts, brands, programme, day): [restated, activities, clinics, lectures, medical
    /// support, home visits, person-times served, persons, medicines in fen, volunteer
    /// person-times, minutes].
    static let activityTable: UInt8 = 1
    /// Groups (hosts, brands, programme, day, person, is member): [restated, services]; what
    /// distinct persons are counted from.
    static let volunteerTable: UInt8 = 2
    /// Groups (tenant, brand, programme, first day, last day): [restated, person-times, persons,
    /// reports].
    static let volumeTable: UInt8 = 3
    /// Groups (recipient, tenant, level, day): [restated, awards].
    static let awardTable: UInt8 = 4
    /// Groups (tenant, day): [restated, change of the cumulative reads].
    static let readsTable: UInt8 = 5

    /// Length of a vector of `activityTable`.
    static let activityMeasures = 11

    /// Separates the members of a set inside one text component; no subject holds it.
    private static let separator: Character = "\u{1F}"

    /// Activities of the same hosts, brands and programme are summed together: a query then counts
    /// each group once for every brand, and once for an organisation however many of its branches
    /// are hosts.
    struct ActivityGroup: Hashable {
        /// Full subjects, sorted.
        let hosts: [String]
        /// Brand identities, sorted.
        let brands: [String]
        /// Empty for none.
        let programme: String

        private func key(_ table: UInt8, _ day: LocalDate) -> ModelKey {
            ModelKey().byte(table)
                .text(hosts.joined(separator: String(separator)))
                .text(brands.joined(separator: String(separator)))
                .text(programme).day(day)
        }

        func activity(_ day: LocalDate) -> ModelKey { key(activityTable, day) }

        func volunteer(_ day: LocalDate, _ person: String, isMember: Bool) -> ModelKey {
            key(volunteerTable, day).text(person).number(isMember ? 1 : 0)
        }

        init(hosts: [String], brands: [String], programme: String) {
            self.hosts = hosts
            self.brands = brands
            self.programme = programme
        }

        init(_ reader: inout ModelKeyReader) throws(ModelFault) {
            hosts = Self.members(try reader.text())
            brands = Self.members(try reader.text())
            programme = try reader.text()
        }

        private static func members(_ text: String) -> [String] {
            text.split(separator: separator).map(String.init)
        }
    }
}
