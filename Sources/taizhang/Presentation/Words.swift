/// Words of rows in Chinese, where the column is text and has no enumeration of its own.
enum Words {
    /// A word in Chinese; the word itself when there is none.
    ///
    /// - Parameter column: where it stands; a few words mean different things in different columns.
    static func chinese(_ word: String, in column: String) -> String {
        inColumn["\(column).\(word)"] ?? chinese[word] ?? word
    }

    private static let inColumn: [String: String] = [
        "kind.RETIRED": "离退休", "stage.PLANNED": "实施方案", "stage.REGISTERED": "登记",
        "awards.NATIONAL": "国家级", "awards.PROVINCIAL_MUNICIPALITY": "省部级",
        "awards.CITY": "市级", "awards.DISTRICT": "区级", "awards.COUNTY": "县级",
        "awards.HOSPITAL": "院级", "category.OTHER": "其他",
    ]

    static let chinese: [String: String] = [
        // Talent stages and tracks.
        "REGISTERED": "登记", "SCREENED": "资格审查", "ASSESSED": "考试考核", "VETTED": "体检考察",
        "POSTED": "拟聘公示", "HIRED": "聘用", "STANDARD": "常规", "DIRECT": "直接考核",
        "TOTAL": "合计",
        // Issues.
        "ASSIGNED": "定责定期", "PLANNED": "方案批准", "IN_PROGRESS": "整改中", "SUBMITTED": "提请验收",
        "CLOSED": "销号", "LONG_TERM": "长期坚持", "IMMEDIATE": "立行立改", "DEADLINE": "限期整改",
        "INSPECTION": "巡察", "SECRETARY_REPORT": "述职评议", "SECRET_VISIT": "暗访",
        "SELF_CHECK": "自查", "PUBLIC_DEMAND": "群众诉求", "AUDIT": "审计",
        "DEMOCRATIC_LIFE": "民主生活会", "CAMPAIGN": "专项整治",
        // Brands.
        "CONNOTATION": "内涵品牌", "INTEGRITY": "清廉品牌", "SERVICE": "服务品牌", "LEARNING": "学习品牌",
        "BRANCH": "支部品牌", "WELFARE": "公益品牌", "SCIENCE": "科普品牌", "HOSPITAL": "医院品牌",
        "NAMED": "命名", "SHAPED": "内涵塑造", "CONSOLIDATED": "长效固化", "RETIRED": "终止",
        // Ratings.
        "SELF_ASSESSED": "支部自评", "EXAMINED": "院党委考评", "REVIEWED": "局党办审核",
        "CONFIRMED": "审定", "PUBLICISED": "宣传", "REVOKED": "撤销",
        "PROPOSED": "拟定", "PUBLISHED": "公示中", "OBJECTED": "有异议", "FINAL": "已确认",
        "EXCELLENT": "优秀", "QUALIFIED": "合格", "BASICALLY_QUALIFIED": "基本合格",
        "UNQUALIFIED": "不合格",
        // Membership.
        "APPLICANT": "申请人", "ACTIVIST": "积极分子", "TARGET": "发展对象",
        "AWAITING_APPROVAL": "待审批", "PROBATIONARY": "预备党员", "FULL": "正式党员",
        "ENDED": "终止", "ENDED_DEVELOPMENT": "终止培养", "APPROVED": "按审批日期",
        "VOTED": "按表决日期", "MEDICAL_EXPERT": "医疗专家", "DISCIPLINE_LEADER": "学科带头人",
        "YOUNG_STAFF": "优秀青年",
        // Branch health.
        "IN_SERVICE": "在职", "JOINT": "联合", "TEMPORARY": "临时", "MOBILE": "流动",
        "OK": "正常", "UNDERSIZED": "人数不足", "OVERSIZED": "超员", "MISSING": "缺支委会",
        "NOT_REQUIRED": "无须设", "DUE": "将到期", "OVERDUE": "已超期", "RED": "红", "YELLOW": "黄",
        "GREEN": "绿",
    ]
}
