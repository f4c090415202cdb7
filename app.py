"""The app that Streamlit serves: `streamlit run app.py`, or `mobilis serve`. The pages are in `mobilis_graph/pages`."""

import streamlit as st

from mobilis_graph.pages import headers, main

app = st.App(main.SCRIPT, middleware=headers.MIDDLEWARE, on_script_error=main.unexpected)

if __name__ == "__main__":
    app.run()
