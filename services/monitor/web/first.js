// SPDX-License-Identifier: Apache-2.0
// first: theme and language, before anything is painted. A plain script, so that it runs at once.
(function() {
const root = document.documentElement;
let theme = null, language = null;
try {
	theme = localStorage.getItem("onecity.theme");
	language = localStorage.getItem("onecity.language");
} catch { /* storage may be forbidden: then nothing is remembered */
}
if (theme === "dark" || theme === "light")
	root.dataset.theme = theme;
if (language !== "zh" && language !== "en")
	language = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
root.lang = language === "zh" ? "zh-CN" : "en";
})();
