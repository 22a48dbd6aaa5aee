import Schema
import TestSupport
import Testing

@Suite struct InstantFormTests {
    @Test(
        arguments: [
            ("1970-01-01T08:00:00+08:00", 0),
            ("1969-12-31T23:59:59.999999+08:00", -28_800_000_001),
            ("2019-07-31T09:00:00+08:00", 1_564_534_800_000_000),
            ("2019-07-31T09:00:00.500+08:00", 1_564_534_800_500_000),
            ("2000-02-29T00:00:00+08:00", 951_753_600_000_000),
        ] as [(String, Int64)])
    func readsAndWritesLocalTime(text: String, instant: Int64) {
        #expect(InstantForm.instant(text) == instant)
        #expect(InstantForm.text(instant) == text)
    }

    @Test(arguments: [
        "2019-07-31T01:00:00Z", "2019-07-31t01:00:00z", "2019-07-31T09:00:00.0+08:00",
        "2019-07-30T18:30:00-06:30", "2019-07-31T01:00:00-00:00",
    ])
    func readsAnyOffset(text: String) {
        #expect(InstantForm.instant(text) == 1_564_534_800_000_000)
    }

    @Test(arguments: [
        "2019-07-31T09:00:00", "2019-07-31 09:00:00Z", "2019-07-31T24:00:00Z",
        "2019-07-31T09:60:00Z", "2019-07-31T09:00:60Z", "2019-02-30T09:00:00Z",
        "2019-07-31T09:00:00.Z", "2019-07-31T09:00:00.1234567Z", "2019-07-31T09:00:00+0800",
        "2019-07-31T09:00:00+24:00", "2019-07-31T09:00Z", "1200-01-01T00:00:00Z",
        "9999-01-01T00:00:00Z", "2019-07-31T09:00:00ZZ",
    ])
    func refusesOtherTexts(text: String) {
        #expect(InstantForm.instant(text) == nil)
    }

    @Test func localDayIsThatOfShanghai() {
        #expect(InstantForm.localDay(1_564_588_799_999_999) == 20_190_731)
        #expect(InstantForm.localDay(1_564_588_800_000_000) == 20_190_801)
        #expect(InstantForm.startOfLocalDay(20_190_801) == 1_564_588_800_000_000)
        #expect(InstantForm.startOfLocalDay(20_190_230) == nil)
        #expect(InstantForm.localDay(.max) == nil)
        #expect(InstantForm.localDay(.min) == nil)
    }

    /// Days are counted one by one, with the lengths of months written out here once more.
    @Test func everyDayFollowsTheOneBefore() throws {
        var instant = try #require(InstantForm.startOfLocalDay(19_000_101))
        for year in 1900...2100 {
            let isLeap = (year % 4 == 0 && year % 100 != 0) || year == 2000
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            for (month, length) in lengths.enumerated() {
                for day in 1...length {
                    let packed = Int32(year * 10_000 + (month + 1) * 100 + day)
                    #expect(InstantForm.startOfLocalDay(packed) == instant)
                    #expect(InstantForm.localDay(instant) == packed)
                    instant += InstantForm.day
                }
            }
        }
    }

    @Test func readsWhatItWrites() {
        withSeeds(10) { random, seed in
            for _ in 0..<500 {
                let instant = Int64.random(
                    in: -IntegerLimit.max...IntegerLimit.max, using: &random)
                #expect(InstantForm.instant(InstantForm.text(instant)) == instant, "seed \(seed)")
            }
        }
    }
}
