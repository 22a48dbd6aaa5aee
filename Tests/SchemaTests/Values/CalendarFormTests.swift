import Schema
import Testing

@Suite struct CalendarFormTests {
    @Test(arguments: [
        ("2019-07-31", 20_190_731), ("2000-02-29", 20_000_229), ("1921-07-23", 19_210_723),
        ("9999-12-31", 99_991_231),
    ])
    func readsAndWritesDays(text: String, packed: Int32) {
        #expect(CalendarForm.day(text) == packed)
        #expect(CalendarForm.dayText(Int64(packed)) == text)
    }

    @Test(arguments: [
        "2019-02-29", "1900-02-29", "2019-04-31", "2019-13-01", "2019-00-10", "2019-01-00",
        "2019-7-31", "19-07-31", "2019/07/31", "2019-07-31 ", "20190731", "", "0999-01-01",
        "２０１９-07-31", "-201-07-31",
    ])
    func refusesDaysThatDoNotExist(text: String) {
        #expect(CalendarForm.day(text) == nil)
    }

    @Test func readsAndWritesPeriods() {
        #expect(CalendarForm.month("2019-07") == 201_907)
        #expect(CalendarForm.monthText(201_907) == "2019-07")
        #expect(CalendarForm.quarter("2019Q2") == 20_192)
        #expect(CalendarForm.quarterText(20_192) == "2019Q2")
        #expect(CalendarForm.half("2019H1") == 20_191)
        #expect(CalendarForm.halfText(20_191) == "2019H1")
        #expect(CalendarForm.year("2019") == 2019)
        #expect(CalendarForm.yearText(2019) == "2019")
        for text in ["2019Q5", "2019Q0", "2019H3", "2019-13", "2019q2", "19Q2"] {
            #expect(CalendarForm.month(text) == nil)
            #expect(CalendarForm.quarter(text) == nil)
            #expect(CalendarForm.half(text) == nil)
        }
    }

    @Test func momentsHaveTheirPrecisionInTheirShape() {
        let texts = ["2019", "2019Q2", "2019-07", "2019-07-31", "2019-07-31T09:00:00+08:00"]
        let values: [MomentValue] = [
            .year(2019), .quarter(20_192), .month(201_907), .date(20_190_731),
            .instantUs(1_564_534_800_000_000),
        ]
        for (text, value) in zip(texts, values) {
            #expect(MomentValue(text: text) == value)
            #expect(value.text == text)
        }
        #expect(
            values.map(\.firstLocalDay) == [
                20_190_101, 20_190_401, 20_190_701, 20_190_731, 20_190_731,
            ])
        #expect(values.map(\.localDay) == [nil, nil, nil, 20_190_731, 20_190_731])
        #expect(MomentValue(text: "2019H1") == nil)
    }

    @Test func periodsHaveTheirKindInTheirShape() {
        let texts = ["2019", "2019H1", "2019Q2", "2019-06"]
        let values: [PeriodValue] = [.year(2019), .half(20_191), .quarter(20_192), .month(201_906)]
        for (text, value) in zip(texts, values) {
            #expect(PeriodValue(text: text) == value)
            #expect(value.text == text)
        }
        #expect(PeriodValue(text: "2019-06-30") == nil)
    }
}
