"""What follows a press within moments neither loses it nor cuts what it does."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from components.kit.presses import keep_presses


def page_with_a_button():
    import threading

    import streamlit as st
    from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

    def count():
        do_something_else = threading.Thread(
            target=get_script_run_ctx().script_requests.request_rerun, args=[RerunData()]
        )
        do_something_else.start()
        do_something_else.join()
        st.session_state["counted"] = st.session_state.get("counted", 0) + 1
        st.toast("Counted.")

    st.button("Count", on_click=count)
    st.session_state["drawn"] = st.session_state.get("drawn", 0) + 1


def page_with_a_number():
    import streamlit as st

    def take(number):
        st.session_state["taken"] = number

    number = st.number_input("Number", 1, 100)
    st.button("Take", on_click=take, args=(number,))
    if st.session_state.get("ends"):
        st.stop()


def page_that_stops():
    import streamlit as st

    def leave():
        st.session_state["steps"] = ["begun"]
        st.rerun()
        st.session_state["steps"].append("went on")

    st.button("Leave", on_click=leave)
    if st.button("Stop"):
        st.session_state["steps"] = ["stopped"]
        st.stop()
        st.session_state["steps"].append("went on")


def run_script(script):
    keep_presses()
    app = AppTest.from_function(script).run()
    assert not app.exception
    return app


def test_a_callback_ends_though_something_else_was_done_meanwhile():
    app = run_script(page_with_a_button)
    app.button[0].click().run()
    assert app.session_state["counted"] == 1
    assert app.session_state["drawn"] > 1


@pytest.mark.parametrize("ends", [False, True])
def test_a_press_counts_with_what_was_typed_just_before(ends):
    app = run_script(page_with_a_number)
    app.session_state["ends"] = ends
    app.number_input[0].set_value(7)
    app.button[0].click().run()
    assert app.session_state["taken"] == 7


def test_a_press_is_answered_once():
    app = run_script(page_with_a_button)
    app.button[0].click().run()
    app.run()
    assert app.session_state["counted"] == 1


def test_scripts_still_stop_and_begin_again_where_they_say_so():
    app = run_script(page_that_stops)
    app.button[0].click().run()
    assert app.session_state["steps"] == ["begun"]
    app.button[1].click().run()
    assert app.session_state["steps"] == ["stopped"]
