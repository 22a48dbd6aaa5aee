import Schema
import Testing

@Suite struct SubjectFormTests {
    @Test func idsAreOfOneToOneHundredAndTwentyCharacters() {
        #expect(SubjectForm.isID("yq-b1"))
        #expect(SubjectForm.isID("A.b_C-9"))
        #expect(SubjectForm.isID(String(repeating: "x", count: 120)))
        #expect(!SubjectForm.isID(String(repeating: "x", count: 121)))
        for text in ["", "a b", "党", "a/b", "a\n", "a:b"] { #expect(!SubjectForm.isID(text)) }
    }

    @Test func namesAreKindHyphenID() {
        #expect(SubjectForm.isName("branch-yq-b1"))
        for text in ["branch", "branch-", "-b1", "Branch-b1", "b1-x", "branch-b 1"] {
            #expect(!SubjectForm.isName(text))
        }
        let parts = SubjectForm.split("branch-yq-b1")
        #expect(parts?.kind == "branch")
        #expect(parts?.id == "yq-b1")
    }
}
