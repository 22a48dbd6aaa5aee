/// The groups under which brand metrics are summed.
enum BrandKeys {
    /// Groups (tenant, brand, programme, first day, last day): [restated, person-times, persons,
    /// reports].
    static let volumeTable: UInt8 = 3
    /// Groups (recipient, tenant, level, day): [restated, awards].
    static let awardTable: UInt8 = 4
    /// Groups (tenant, day): [restated, change of the cumulative reads].
    static let readsTable: UInt8 = 5
}
