from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QToolButton

from ivcdesk.ui.context import Explanation
from ivcdesk.ui.panels.signin import SignInPanel
from ivcdesk.ui.panels.signin_values import ENDPOINT, SignInValues, cleaned, mistakes

GOOD = SignInValues("AKIDabcdef", "secretkey", "", "ap-shanghai", ENDPOINT)
ANN = SimpleNamespace(secret_id="AKIDann", region="ap-beijing", endpoint="https://iss.a.invalid")


class Form:
    """The panel's fields by their names."""

    def __init__(self, panel: SignInPanel) -> None:
        self.panel = panel
        self.submitted: list[SignInValues] = []
        self.reused: list[tuple] = []
        panel.submitted.connect(self.submitted.append)
        panel.reused.connect(lambda *said: self.reused.append(said))

    def __getitem__(self, name: str):
        kinds = {"region": QComboBox, "account": QComboBox, "remember": QCheckBox}
        kinds |= {"submit": QPushButton, "demo": QPushButton, "cancel": QPushButton}
        kinds |= {"error": QLabel, "keyring": QLabel, "show": QToolButton}
        return self.panel.findChild(kinds.get(name, QLineEdit), f"signin.{name}")

    def fill(self, **fields: str) -> None:
        for name, text in {"secretId": "AKIDabcdef", "secretKey": "secretkey", **fields}.items():
            field = self[name]
            field.setCurrentText(text) if name == "region" else field.setText(text)


@pytest.fixture
def form(qtbot):
    panel = SignInPanel()
    qtbot.addWidget(panel)
    panel.resize(1100, 700)
    panel.show()
    return Form(panel)


def test_it_offers_what_the_product_has(form):
    assert form.panel.objectName() == "signin"
    first = [form["region"].itemText(row).split(" ")[0] for row in range(4)]
    assert first == ["ap-beijing", "ap-chongqing", "ap-guangzhou", "ap-shanghai"]
    assert form["region"].isEditable()
    assert form["endpoint"].text() == "https://iss.tencentcloudapi.com"
    assert form["secretKey"].echoMode() == QLineEdit.EchoMode.Password
    assert form["token"].echoMode() == QLineEdit.EchoMode.Password
    assert form["remember"].isChecked()


def test_enter_submits_what_was_typed_without_stray_spaces(form, qtbot):
    form.fill(secretId="  AKIDabcdef ", secretKey=" secretkey\t", region="ap-guangzhou")
    qtbot.keyClick(form["secretKey"], Qt.Key.Key_Return)
    assert form.submitted == [replace(GOOD, region="ap-guangzhou")]
    assert "secretkey" not in repr(form.submitted)


def test_the_button_submits_and_names_of_regions_are_no_part_of_them(form, qtbot):
    form.fill()
    form["region"].setCurrentIndex(0)
    qtbot.mouseClick(form["submit"], Qt.MouseButton.LeftButton)
    assert form.submitted == [replace(GOOD, region="ap-beijing")]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"secretId": ""}, "SecretId"),
        ({"secretKey": ""}, "SecretKey"),
        ({"secretId": "AK ID"}, "SecretId"),
        ({"secretKey": "密钥"}, "SecretKey"),
        ({"token": "a b"}, "token"),
        ({"region": "shanghai"}, "region"),
        ({"endpoint": "http://iss.tencentcloudapi.com"}, "https://"),
        ({"endpoint": "https://a.invalid/path"}, "path"),
        ({"endpoint": "https://a.invalid:99999"}, "address"),
        ({"endpoint": "https://user:word@a.invalid"}, "user name"),
    ],
)
def test_mistakes_are_told_before_anything_is_sent(form, fields, words):
    form.fill(**fields)
    form["submit"].click()
    assert form.submitted == []
    assert words in form["error"].text()
    marked = [name for name in fields if form[name].property("invalid")]
    assert marked == list(fields)


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("", ENDPOINT),
        ("iss.tencentcloudapi.com", ENDPOINT),
        ("https://iss.tencentcloudapi.com/", ENDPOINT),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:8080", "http://localhost:8080"),
    ],
)
def test_endpoints_are_spelt_out(typed, used):
    values = cleaned(replace(GOOD, endpoint=typed))
    assert values.endpoint == used
    assert mistakes(values) == {}


def test_a_refusal_shows_code_and_request_id_and_keeps_what_was_typed(form):
    form.fill()
    form["submit"].click()
    form.panel.set_busy(True)
    assert not form["submit"].isEnabled()
    assert not form["secretKey"].isEnabled()
    form.panel.set_busy(False)
    form.panel.show_error(
        Explanation("Not accepted", "Check it.", "AuthFailure.SignatureFailure", "r-1")
    )
    assert form["error"].text().splitlines() == [
        "Not accepted",
        "Check it.",
        "AuthFailure.SignatureFailure · r-1",
    ]
    assert form["secretKey"].text() == "secretkey"
    assert len(form.submitted) == 1


def test_while_connecting_it_can_be_cancelled_and_not_submitted_again(form, qtbot):
    form.fill()
    form.panel.set_busy(True)
    qtbot.keyClick(form.panel, Qt.Key.Key_Return)
    assert form.submitted == []
    with qtbot.waitSignal(form.panel.cancelled, timeout=1000):
        form["cancel"].click()
    with qtbot.waitSignal(form.panel.cancelled, timeout=1000):
        qtbot.keyClick(form.panel, Qt.Key.Key_Escape)


def test_the_key_can_be_shown_and_hidden(form):
    form["show"].setChecked(True)
    assert form["secretKey"].echoMode() == QLineEdit.EchoMode.Normal
    form["show"].setChecked(False)
    assert form["secretKey"].echoMode() == QLineEdit.EchoMode.Password


def test_the_demo_is_one_click_away(form, qtbot):
    with qtbot.waitSignal(form.panel.demo_requested, timeout=1000):
        qtbot.mouseClick(form["demo"], Qt.MouseButton.LeftButton)


def test_known_accounts_need_no_key_typed_again(form):
    form.panel.set_accounts([ANN])
    assert form["account"].isVisible()
    assert form["secretId"].text() == ANN.secret_id
    assert form["region"].currentText().startswith("ap-beijing")
    form["submit"].click()
    (account, values) = form.reused[0]
    assert account is ANN
    assert values.secret_key == ""
    assert form.submitted == []


def test_a_key_typed_for_a_known_account_is_used(form):
    form.panel.set_accounts([ANN])
    form["secretKey"].setText("anotherkey")
    form["submit"].click()
    assert form.submitted[0].secret_key == "anotherkey"
    assert form.reused == []


def test_another_account_starts_empty(form):
    form.panel.set_accounts([ANN])
    form["account"].setCurrentIndex(1)
    form["account"].activated.emit(1)
    assert form["secretId"].text() == ""
    form["submit"].click()
    assert form.reused == []
    assert form["error"].text()


def test_where_the_key_is_kept_is_said(form):
    form.panel.set_keyring_note("Kept in the keyring: KWallet")
    assert form["keyring"].isVisible()
    assert form["keyring"].text() == "Kept in the keyring: KWallet"


def test_every_field_has_a_name_for_those_who_do_not_see_it(form):
    for name in ("secretId", "secretKey", "token", "region", "endpoint", "remember", "show"):
        interface = QAccessible.queryAccessibleInterface(form[name])
        assert interface.text(QAccessible.Text.Name), name
