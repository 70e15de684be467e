"""The Settings page: which model writes the texts, what it costs, which encoder measures them."""

from __future__ import annotations

import streamlit as st

from components.kit.frame import find_open_project, open_page
from components.settings.encoder_form import draw_encoder_form
from components.settings.endpoint_form import draw_embedded_model, draw_endpoint_form
from components.settings.price_form import draw_prices

page = open_page("Settings", "Which model writes the texts, and what it costs. Keys stay in this browser session.")
project = find_open_project(page)

# --- The model of this project ---
st.subheader("Model", anchor=False)
if project is None:
    st.write("A project is open on no tab yet; each project chooses its own model. Open one on the Projects page.")
    st.page_link("app.py", label="Go to Projects", icon=":material/arrow_forward:")
else:
    draw_endpoint_form(page, project)

st.subheader("Embedded model", anchor=False)
draw_embedded_model(page)

# --- The encoder of this project ---
if project is not None:
    st.subheader("Encoder", anchor=False)
    draw_encoder_form(page, project)

# --- Prices ---
if project is not None:
    st.subheader("Prices", anchor=False)
    draw_prices(page, project)
