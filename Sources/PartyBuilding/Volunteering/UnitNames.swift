import Schema

extension Unit {
    /// The word that JSON shows.
    var word: String {
        switch self {
        case .person: "PERSON"
        case .personTime: "PERSON_TIME"
        case .dose: "DOSE"
        case .session: "SESSION"
        case .item: "ITEM"
        case .fen: "FEN"
        case .hour: "HOUR"
        case .studyHour: "STUDY_HOUR"
        case .book: "BOOK"
        case .bp: "BP"
        case .centiPoint: "CENTI_POINT"
        case .unspecified, .UNRECOGNIZED: "UNSPECIFIED"
        }
    }

    /// Whether it counts services or what is handed out in them; ratios, scores and money are no
    /// volume of a service.
    var isServiceVolume: Bool {
        switch self {
        case .person, .personTime, .dose, .session, .item, .hour, .book: true
        case .fen, .studyHour, .bp, .centiPoint, .unspecified, .UNRECOGNIZED: false
        }
    }
}
