"""Results, their publication, the record for the auditor, and what everybody may know."""

from django.urls import path

from appraisal.views import audit, peer_figures, publications, results, transparency, word_reports

urlpatterns = [
    path("penilaian/<uuid:appraisal_id>/hasil/", results.result, name="result"),
    path("penilaian/<uuid:appraisal_id>/hasil/buka/", results.receive, name="result_receive"),
    path("penilaian/<uuid:appraisal_id>/hasil/hitung-ulang/", results.verify, name="result_verify"),
    path("penilaian/<uuid:appraisal_id>/hasil/dokumen/", results.document, name="result_document"),
    path("penilaian/<uuid:appraisal_id>/umpan-balik/", peer_figures.peer_figures, name="peer_figures"),
    path(
        "penilaian/<uuid:appraisal_id>/umpan-balik/laporkan/<slug:word>/",
        word_reports.report,
        name="word_report",
    ),
    path("laporan-teks/", word_reports.reports, name="word_reports"),
    path("laporan-teks/<uuid:report_id>/", word_reports.decision, name="word_decision"),
    path("kemajuan/umpan-balik/", peer_figures.agency_figures, name="agency_peers"),
    path("publikasi/", publications.publications, name="publications"),
    path("publikasi/<int:year>/<uuid:unit_id>/", publications.publication, name="publication"),
    path("publikasi/<int:year>/<uuid:unit_id>/terbitkan/", publications.publish, name="publish"),
    path("publikasi/<int:year>/<uuid:unit_id>/tarik/", publications.recall, name="publication_recall"),
    path("audit/", audit.search, name="audit"),
    path("audit/nomor/", audit.find_number, name="audit_number"),
    path("audit/<uuid:appraisal_id>/", audit.record, name="audit_record"),
    path("audit/<uuid:appraisal_id>/bukti/", audit.proof, name="audit_proof"),
    path("siapa-melihat-data-saya/", transparency.access_history, name="access_history"),
    path("aturan/", transparency.rules, name="rules"),
]
