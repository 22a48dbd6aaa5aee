import TestSupport
import Testing

extension ImportedLedgerTests {
    /// Everything a person reads is there in Chinese.
    @Suite struct ChineseTexts {
        private func run(_ arguments: [String], input: String = "") throws -> Finished {
            try ImportedLedger.required().run(arguments, input: input, language: "zh")
        }

        @Test func headingsAndWordsOfATable() throws {
            let finished = try run([
                "query", "rectification_summary", "--org", "yq-bureau", "--as-of", "2019-07-31",
                "--where", "org=yq-bureau",
            ])
            #expect(finished.status == 0)
            for word in ["整改销号率", "截至 2019-07-31", "登记数", "销号率", "巡察", "合计"] {
                #expect(finished.output.contains(word), "\(word)")
            }
            #expect(!finished.output.contains("registered"))
        }

        @Test func aRefusalSaysWhatToDo() throws {
            let line = try DemoData.line("YQ", with: #""type":"IssueClosed""#)
            let finished = try run(
                ["import", "-"], input: line.replacing("yq-0001", with: "yq-9999") + "\n")
            #expect(finished.status == 1)
            #expect(finished.errors.hasPrefix("错误: stdin:1"), "\(finished.errors)")
            #expect(finished.errors.contains("录入时间不得倒退"), "\(finished.errors)")
            #expect(finished.output.contains("记入 0，拒绝 1"), "\(finished.output)")
        }

        @Test func factsAreNamedInChinese() throws {
            let finished = try run(["read", "--stream", "issue-yq-0001"])
            #expect(finished.status == 0)
            for word in ["问题登记", "定责定期", "提请验收", "验收销号", "source=巡察"] {
                #expect(finished.output.contains(word), "\(word)")
            }
        }

        @Test func exitCodesAndEventsAreDescribed() throws {
            let codes = try Executable.run(["describe", "exit-codes", "--lang", "zh"])
            #expect(codes.status == 0)
            #expect(codes.output.contains("65  数据损坏或输入内容有误"))
            let event = try Executable.run(["describe", "IssueClosed", "--lang", "zh"])
            #expect(event.status == 0)
            #expect(event.output.contains("验收销号"))
            #expect(event.output.contains("销号日期"))
            #expect(event.output.contains("R-RC-04"))
        }
    }
}
