import Names
import TestSupport
import Testing

@Suite struct TextBytesTests {
    private static let texts = [
        "", "a", "activity-bench-00001", "activity-bench-00002", "activity-bench-0000",
        "branch-b1", "person-陈", "person-陈晨", "\u{e9}", "e\u{301}", "tree-r",
    ]

    @Test(arguments: texts, texts)
    func comparesBytes(left: String, right: String) {
        let (first, second) = (Array(left.utf8), Array(right.utf8))
        #expect(TextBytes.same(left, right) == (first == second))
        #expect(TextBytes.precedes(left, right) == first.lexicographicallyPrecedes(second))
    }

    @Test func kindsEndAtTheHyphen() {
        #expect(TextBytes.isName("activity-1", ofKind: "activity"))
        #expect(!TextBytes.isName("activity", ofKind: "activity"))
        #expect(!TextBytes.isName("activities-1", ofKind: "activity"))
        #expect(!TextBytes.isName("act-1", ofKind: "activity"))
        #expect(!TextBytes.isName("", ofKind: "activity"))
    }
}
