import { jsx } from "@emotion/react";
import { useEffect, useRef } from "react";

// Only the parts we draw with: a third of the whole library.
let library;
const load = () =>
  (library ??= Promise.all([
    import("echarts/core"), import("echarts/charts"), import("echarts/components"), import("echarts/renderers"),
  ]).then(([core, charts, parts, renderers]) => {
    core.use([charts.LineChart, charts.BarChart, charts.PieChart, parts.GridComponent, parts.TooltipComponent,
      parts.LegendComponent, renderers.CanvasRenderer]);
    return core;
  }));

// The colours stand in theme.css, once for the page and its charts.
const ink = () => {
  const styles = getComputedStyle(document.documentElement);
  const of = (name) => styles.getPropertyValue(`--${name}`).trim();
  return { text: of("axis-text"), strong: of("color-base-content"), line: of("axis"), surface: of("color-base-100"),
    colors: [...Array(8).keys()].map((i) => of(`series-${i}`)) };
};

const FONT = '"Inter Variable", ui-sans-serif, system-ui, sans-serif'; // a canvas inherits none

const axis = (ink) => ({
  axisLine: { lineStyle: { color: ink.line } }, axisTick: { show: false },
  axisLabel: { color: ink.text, fontSize: 11 }, splitLine: { lineStyle: { color: ink.line } },
});

const theme = (ink) => ({
  color: ink.colors, backgroundColor: "transparent", textStyle: { fontFamily: FONT },
  categoryAxis: { ...axis(ink), splitLine: { show: false } }, valueAxis: { ...axis(ink), axisLine: { show: false } },
  legend: { textStyle: { color: ink.text, fontSize: 12 }, icon: "circle", itemWidth: 9, itemHeight: 9, itemGap: 18 },
  tooltip: { backgroundColor: ink.surface, borderColor: ink.line, borderWidth: 1, padding: [8, 12],
    textStyle: { color: ink.strong, fontSize: 12 }, extraCssText: "border-radius:10px;box-shadow:0 8px 24px #0002" },
  pie: { itemStyle: { borderColor: ink.surface, borderWidth: 2, borderRadius: 5 } },
  line: { lineStyle: { width: 2.5 } },
});

// Values come in minor units; only their writing happens here, grouped as the currency's country does (1,28,402).
const writers = ({ currency, locale, digits } = {}) => {
  if (!currency) return { brief: String, full: (n) => n.toLocaleString() };
  const money = (options) => new Intl.NumberFormat(locale, { style: "currency", currency, ...options });
  const brief = money({ notation: "compact", maximumFractionDigits: 1, minimumFractionDigits: 0 });
  const full = money({ minimumFractionDigits: digits, maximumFractionDigits: digits });
  return { brief: (n) => brief.format(n / 10 ** digits), full: (n) => full.format(n / 10 ** digits) };
};

const written = (option, money) => {
  const { brief, full } = writers(money);
  const valued = (a) => (a?.type === "value" ? { ...a, axisLabel: { ...a.axisLabel, formatter: brief } } : a);
  return { ...option, xAxis: valued(option.xAxis), yAxis: valued(option.yAxis),
    tooltip: { ...option.tooltip, valueFormatter: (n) => (n == null ? "no payments" : full(n)) } };
};

const isCalm = () => globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches;

export function EChart({ option, money, dark = false, height = "280px", label, onPoint, ...rest }) {
  const box = useRef(null), chart = useRef(null), latest = useRef({});
  latest.current = { option, money, onPoint }; // what callbacks below must see, also when props came before the library

  const paint = () => {
    const { option, money } = latest.current;
    if (option?.series) chart.current?.setOption({ animation: !isCalm(), ...written(option, money) }, { notMerge: true });
  };

  useEffect(() => {
    let gone = false, watcher;
    load().then((core) => {
      if (gone || !box.current) return;
      chart.current = core.init(box.current, theme(ink()), { renderer: "canvas" });
      chart.current.on("click", ({ seriesName, name }) => latest.current.onPoint?.({ series: seriesName ?? "", name }));
      paint();
      watcher = new ResizeObserver(() => chart.current?.resize());
      watcher.observe(box.current);
    });
    return () => { gone = true; watcher?.disconnect(); chart.current?.dispose(); chart.current = null; };
  }, [dark]);
  useEffect(paint, [option, money]);

  return jsx("div", { ...rest, ref: box, role: "img", "aria-label": label, style: { width: "100%", height } });
}
