"use strict";
(() => {
  const { plots, dark } = JSON.parse(document.getElementById("plots").textContent);
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
  const pattern = new RegExp(Object.keys(dark).map((colour) => colour.replace(/[^\w#]/g, "\\$&")).join("|"), "g");

  function look(isDark) {
    const text = isDark ? "#E8ECF1" : "#1B1F24";
    const muted = isDark ? "#9AA5B1" : "#5B6470";
    const grid = isDark ? "#2A313A" : "#E3E6EA";
    return { text, axis: { gridcolor: grid, zerolinecolor: grid, linecolor: grid, color: muted, automargin: true } };
  }

  const withTitle = (axis) => ({ ...axis, title: { text: axis.title?.text ?? "", font: { size: 13 } } });

  function drawOne(id, isDark) {
    const element = document.getElementById(id);
    if (!element) return;
    const { text, axis } = look(isDark);
    const raw = JSON.stringify(plots[id]);
    const { data, layout } = JSON.parse(isDark ? raw.replace(pattern, (colour) => dark[colour]) : raw);
    const styled = {
      ...layout,
      margin: { l: 12, r: 12, t: layout.height < 200 ? 8 : 28, b: 12 },
      font: { family: "system-ui, sans-serif", size: 13, color: text },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      legend: { orientation: "h", yanchor: "bottom", y: 1.02, x: 0 },
      xaxis: withTitle({ ...axis, ...layout.xaxis }),
      yaxis: withTitle({ ...axis, ...layout.yaxis }),
    };
    Plotly.react(element, data, styled, {
      displaylogo: false,
      responsive: true,
      toImageButtonOptions: { filename: id, scale: 2 },
      modeBarButtonsToAdd: [
        {
          name: "Download as SVG",
          icon: Plotly.Icons.disk,
          click: (drawn) => Plotly.downloadImage(drawn, { format: "svg", filename: id }),
        },
      ],
    });
    element.dataset.drawn = isDark ? "dark" : "light";
  }

  /* One plot at a time, so that the page can be read and scrolled meanwhile. */
  let round = 0;
  function drawInTurn(isDark) {
    const mine = ++round;
    const waiting = Object.keys(plots);
    const next = () => {
      if (mine !== round || !waiting.length) return;
      drawOne(waiting.shift(), isDark);
      window.setTimeout(next);
    };
    next();
  }

  function drawNow(isDark) {
    round += 1;
    for (const id of Object.keys(plots)) {
      if (document.getElementById(id)?.dataset.drawn !== (isDark ? "dark" : "light")) drawOne(id, isDark);
    }
  }

  const redraw = () => drawInTurn(prefersDark.matches);
  window.setTimeout(redraw);
  prefersDark.addEventListener("change", redraw);
  /* On paper nothing can be opened, and it is white. */
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const details of closed) details.open = true;
    drawNow(false);
  });
  window.addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
    redraw();
  });
})();
