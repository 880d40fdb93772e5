# SPDX-License-Identifier: Apache-2.0
# test_alerts: each alert rule fires when it should and not before, and none while all is well (promtool).
import json
import re
import subprocess

import pytest
import yaml

from city import ROOT

RULES = ROOT / "docs/operations/alerts.yml"
GROUPS = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
ALERTS = {rule["alert"]: rule for group in GROUPS for rule in group["rules"]}

# A sample each ten seconds, for half an hour.
WELL = {
    'up{job="onecity",instance="a"}': "1x180",
    'onecity_info{instance="a",service="aggregator"}': "1x180",
    'onecity_redis_ready{instance="a"}': "1x180",
    'onecity_redis_failures_total{instance="a"}': "3x180",
    'onecity_feed_position{department="tax"}': "0+100x180",
    'onecity_feed_state{department="tax",state="live"}': "1x180",
    'onecity_feed_heard_timestamp_seconds{department="tax"}': "0+10x180",
    'onecity_feed_state{department="tax",state="fork"}': "0x180",
    'onecity_feed_state{department="tax",state="stopped"}': "0x180",
    'onecity_feed_lag_seconds{department="tax"}': "0.2x180",
    'onecity_feed_gaps_total{department="tax"}': "0 2x179",
    'onecity_feed_gaps_filled_total{department="tax"}': "0 1 2x178",
    'onecity_apply_delay_seconds_bucket{department="tax",le="0.1"}': "0+50x180",
    'onecity_apply_delay_seconds_bucket{department="tax",le="60"}': "0+50x180",
    'onecity_apply_delay_seconds_bucket{department="tax",le="+Inf"}': "0+50x180",
    'onecity_journal_commit_seconds_bucket{department="tax",le="0.01"}': "0+50x180",
    'onecity_journal_commit_seconds_bucket{department="tax",le="1"}': "0+50x180",
    'onecity_journal_commit_seconds_bucket{department="tax",le="+Inf"}': "0+50x180",
    'onecity_disk_free_bytes{department="tax"}': "900x180",
    'onecity_disk_reserve_bytes{department="tax"}': "256x180",
    'onecity_journal_map_used_bytes{department="tax"}': "60x180",
    'onecity_journal_map_bytes{department="tax"}': "100x180",
    'onecity_input_late{department="tax",kind="income_tax"}': "0x180",
    'onecity_quarantined_rows{department="tax",kind="income_tax"}': "5x180",
    'onecity_quarantine_oldest_timestamp_seconds{department="tax",kind="income_tax"}': "0x180",
    'onecity_bus_refused_keys_total{department="tax"}': "0x180",
    'onecity_published_batches_lost_total{department="tax"}': "0x180",
    'onecity_profile_reads_total{outcome="found"}': "0+5x180",
    'onecity_profile_reads_total{outcome="nobody"}': "0+5x180",
    'onecity_profile_reads_total{outcome="redis_slow"}': "0x180",
    'onecity_points_behind_seconds{instance="p"}': "0.4x180",
    'onecity_points_tables{status="live"}': "0x180",
    'onecity_points_tables{status="demonstration"}': "1x180",
    'onecity_points_tables_refused{instance="p"}': "0x180",
    'onecity_points_scorings_total{outcome="too_large"}': "0x180",
}
TAX = '{department="tax"}'
KIND = '{department="tax",kind="income_tax"}'

# alert: what is not well, when it is still too early to tell, and when it must have been told.
ILL = {
    "OnecityServiceDown": ({'up{job="onecity",instance="a"}': "1x5 0x175"}, "60s", "2m"),
    "OnecityRedisNotReady": ({'onecity_redis_ready{instance="a"}': "1x5 0x175"}, "60s", "2m"),
    "OnecityRedisFailing": ({'onecity_redis_failures_total{instance="a"}': "3x5 3+1x175"}, "2m", "10m"),
    "OnecityNobodyFollows": ({"onecity_feed_position" + TAX: "1x5 _x175"}, "60s", "10m"),
    "OnecityReadsFailing": ({'onecity_profile_reads_total{outcome="redis_slow"}': "0x5 0+1x175"}, "2m", "10m"),
    "OnecityDepartmentSilent": ({"onecity_feed_heard_timestamp_seconds" + TAX: "0+10x5 50x175"}, "60s", "2m"),
    "OnecityDepartmentFork": ({'onecity_feed_state{department="tax",state="fork"}': "0x5 1x175"}, "40s", "70s"),
    "OnecityDepartmentStopped": ({'onecity_feed_state{department="tax",state="stopped"}': "0x5 1x175"}, "40s", "70s"),
    "OnecityDepartmentBehind": ({"onecity_feed_lag_seconds" + TAX: "0x5 61x175"}, "2m", "4m"),
    "OnecityGapOpen": ({"onecity_feed_gaps_total" + TAX: "0x5 3x175"}, "60s", "2m"),
    "OnecityGapsOften": ({"onecity_feed_gaps_total" + TAX: "0+1x180",
                          "onecity_feed_gaps_filled_total" + TAX: "0+1x180"}, "40s", "20m"),
    "OnecityApplySlow": ({'onecity_apply_delay_seconds_bucket{department="tax",le="0.1"}': "0x180"}, "5m", "15m"),
    "OnecityKeyRefused": ({"onecity_bus_refused_keys_total" + TAX: "0x5 1x175"}, "40s", "2m"),
    "OnecityDiskFull": ({"onecity_disk_free_bytes" + TAX: "900x5 255x175"}, "40s", "70s"),
    "OnecityDiskNearReserve": ({"onecity_disk_free_bytes" + TAX: "900x5 511x175"}, "5m", "7m"),
    "OnecityJournalMapNearFull": ({"onecity_journal_map_used_bytes" + TAX: "60x5 71x175"}, "5m", "7m"),
    "OnecityCommitSlow": ({'onecity_journal_commit_seconds_bucket{department="tax",le="0.01"}': "0x180"}, "5m", "15m"),
    "OnecityInputLate": ({"onecity_input_late" + KIND: "1x700"}, "59m", "61m"),
    "OnecityQuarantineGrowing": ({"onecity_quarantined_rows" + KIND: "5+1x180"}, "3m", "29m"),
    "OnecityQuarantineOld": ({"onecity_quarantine_oldest_timestamp_seconds" + KIND: f"{-7 * 86400 + 600}x180"},
                             "9m", "11m"),
    "OnecityPointsBehind": ({'onecity_points_behind_seconds{instance="p"}': "0x5 61x175"}, "2m", "4m"),
    "OnecityPointsTableRefused": ({'onecity_points_tables_refused{instance="p"}': "0x5 1x175"}, "40s", "70s"),
    "OnecityPointsNoTable": ({'onecity_points_tables{status="demonstration"}': "1x5 0x175"}, "5m", "7m"),
    "OnecityScoresMissing": ({'onecity_points_scorings_total{outcome="too_large"}': "0x5 1x175"}, "40s", "2m"),
    "OnecityBatchesLost": ({"onecity_published_batches_lost_total" + TAX: "0x5 0+2x175"}, "4m", "10m"),
}


def promtool(*arguments):
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ask(folder, series, questions):
    """Plays the series and asks at some times how many alerts there are; promtool says no if it is another number."""
    samples = [{"eval_time": when, "expr": f"count({which})",
                "exp_samples": [{"labels": "{}", "value": count}] if count else []} for when, which, count in questions]
    test = {"rule_files": [str(RULES)], "evaluation_interval": "10s", "tests": [
        {"interval": "10s", "promql_expr_test": samples,
         "input_series": [{"series": name, "values": values} for name, values in series.items()]}]}
    path = folder / "test.yml"
    path.write_text(json.dumps(test), "utf-8")
    promtool("test", "rules", path)


def firing(alert):
    return f'ALERTS{{alertname="{alert}",alertstate="firing"}}'


def test_the_rules_and_the_example_are_sound():
    promtool("check", "rules", "--lint=all", "--lint-fatal", RULES)
    promtool("check", "config", ROOT / "docs/operations/prometheus.yml")


def test_a_city_that_is_well_alerts_nobody(tmp_path):
    ask(tmp_path, WELL, [(f"{minutes}m", "ALERTS", 0) for minutes in range(1, 30)])


def test_every_alert_is_tried():
    assert ILL.keys() == ALERTS.keys()


@pytest.mark.parametrize("alert", ILL)
def test_an_alert_fires_when_it_should_and_not_before(tmp_path, alert):
    changes, early, late = ILL[alert]
    ask(tmp_path, {**WELL, **changes}, [(early, firing(alert), 0), (late, firing(alert), 1)])


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_says_what_is_wrong_in_both_languages_and_what_to_do(alert):
    rule = ALERTS[alert]
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert {"summary", "summary_zh", "action"} == rule["annotations"].keys()
    assert re.search(r"[\u4e00-\u9fff]", rule["annotations"]["summary_zh"])
