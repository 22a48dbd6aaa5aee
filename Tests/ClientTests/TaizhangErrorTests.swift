import Testing
import Wire

@testable import Client

@Suite struct TaizhangErrorTests {
    @Test func aStatusKeepsItsDetails() throws {
        let status = WireStatus(
            .failedPrecondition, "too young: 17, at least 18",
            details: [
                .info(
                    ErrorInfo(
                        code: "R-MB-06", reason: "RULE_REFUSED", domain: "taizhang.rules",
                        metadata: ["age": "17"])),
                .retry(afterMs: 1_500),
            ])
        let error = try #require(TaizhangError(status))
        #expect(error.code == .failedPrecondition)
        #expect(
            error.detail
                == TaizhangError.Detail(
                    code: "R-MB-06", reason: "RULE_REFUSED", domain: "taizhang.rules",
                    values: ["age": "17"]))
        #expect(error.retryAfter == .milliseconds(1_500))
        #expect(!error.outcomeIsUnknown)
        #expect("\(error)" == "failedPrecondition: too young: 17, at least 18 [R-MB-06]")
    }

    @Test func everyFailureHasItsCode() {
        for code in StatusCode.allCases {
            let error = TaizhangError(WireStatus(code))
            #expect(error?.code.rawValue == (code == .ok ? nil : Int(code.rawValue)))
        }
    }

    @Test func onlyPassingFailuresAreWorthRepeating() {
        #expect(TaizhangError(.unavailable, "").isPassing)
        #expect(TaizhangError(.resourceExhausted, "", retryAfter: .seconds(1)).isPassing)
        #expect(!TaizhangError(.resourceExhausted, "").isPassing)
        #expect(!TaizhangError(.aborted, "").isPassing)
        #expect(!TaizhangError(.deadlineExceeded, "").isPassing)
    }
}
