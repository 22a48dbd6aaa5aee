/// Words of rows in Chinese, where the column is text and has no enumeration of its own.
enum Words {
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
        // Membership.
        "APPLICANT": "申请人", "ACTIVIST": "积极分子", "TARGET": "发展对象",
        "AWAITING_APPROVAL": "待审批", "PROBATIONARY": "预备党员", "FULL": "正式党员",
        "ENDED": "终止", "ENDED_DEVELOPMENT": "终止培养",
        // Branch health.
        "IN_SERVICE": "在职", "JOINT": "联合", "TEMPORARY": "临时", "MOBILE": "流动",
        "OK": "正常", "UNDERSIZED": "人数不足", "OVERSIZED": "超员", "MISSING": "缺支委会",
        "NOT_REQUIRED": "无须设", "DUE": "将到期", "OVERDUE": "已超期", "RED": "红", "YELLOW": "黄",
        "GREEN": "绿",
    ]
}
