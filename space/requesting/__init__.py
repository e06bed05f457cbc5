"""Requests for data 共享申请 and for authorised operation 授权运营申请: asked, routed, answered, disputed."""
