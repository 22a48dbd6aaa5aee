import PartyBuilding
import Schema
import Testing

@Suite struct CalendarPeriodTests {
    @Test(arguments: ["2019", "2019H1", "2019H2", "2019Q2", "2019-06", "0001", "9999-12"])
    func textsAreReadBack(_ text: String) throws {
        let period = try #require(CalendarPeriod(text))
        #expect(period.description == text)
        #expect(CalendarPeriod(Period(period)) == period)
        #expect(Period(period).firstDay == period.start)
        #expect(Period(period).lastDay == period.lastDay)
    }

    @Test(arguments: [
        "", "19", "2019Q5", "2019Q0", "2019H3", "2019-13", "2019-00", "2019-6", "2019Q22", "0000",
        "2019-07-31", "２０１９", "2019q2", " 2019",
    ])
    func otherTextsAreNoPeriods(_ text: String) {
        #expect(CalendarPeriod(text) == nil)
    }

    @Test func emptyAndImpossibleMessagesAreNoPeriods() {
        #expect(CalendarPeriod(Period()) == nil)
        var period = Period()
        period.quarter = 20_195
        #expect(CalendarPeriod(period) == nil)
        period.month = 201_913
        #expect(CalendarPeriod(period) == nil)
    }

    @Test func aPeriodIsClosedOpen() throws {
        let half = try #require(CalendarPeriod("2019H1"))
        #expect(half.start == day("2019-01-01"))
        #expect(half.lastDay == day("2019-06-30"))
        #expect(half.end == day("2019-07-01"))
        let last = try #require(day("2019-06-30"))
        #expect(half.contains(last))
        #expect(!half.contains(last.adding(days: 1)))
    }

    @Test func aDayLiesInFourPeriods() throws {
        let texts = CalendarPeriod.containing(try #require(day("2019-07-01")))
        #expect(texts.map(\.description) == ["2019", "2019H2", "2019Q3", "2019-07"])
        #expect(texts.sorted().map(\.description) == ["2019", "2019H2", "2019Q3", "2019-07"])
    }

    @Test func neighboursKeepTheLength() throws {
        #expect(CalendarPeriod("2019H1")?.previous.description == "2018H2")
        #expect(CalendarPeriod("2019Q4")?.next.description == "2020Q1")
        #expect(CalendarPeriod("2019-01")?.previous.description == "2018-12")
        #expect(CalendarPeriod("2019Q2")?.yearBefore.description == "2018Q2")
        #expect(CalendarPeriod("2019")?.next.description == "2020")
        let year = try #require(CalendarPeriod("2019"))
        #expect(year.contains(try #require(CalendarPeriod("2019Q2"))))
        #expect(!year.contains(try #require(CalendarPeriod("2020-01"))))
    }

    @Test func aCoarseMomentCountsFromTheEndOfItsPeriod() {
        var moment = Moment()
        moment.month = 201_807
        #expect(moment.firstDay == day("2018-07-01"))
        #expect(moment.lastDay == day("2018-07-31"))
        #expect(moment.text == "2018-07")
        moment.quarter = 20_192
        #expect(moment.lastDay == day("2019-06-30"))
        #expect(moment.text == "2019Q2")
        moment.year = 2020
        #expect(moment.lastDay == day("2020-12-31"))
        #expect(moment.text == "2020")
        moment.instantUs = 1_561_912_200_000_000
        #expect(moment.lastDay == day("2019-07-01"))
        #expect(moment.text == "2019-07-01T00:30:00+08:00")
        #expect(Moment().text.isEmpty)
    }
}
