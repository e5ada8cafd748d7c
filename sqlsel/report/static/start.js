// What happens when the page is read.

startTheme();
for (const button of document.querySelectorAll(".copy")) button.addEventListener("click", () => copyFrom(button));
startBalances();
startMap();
startCurves();
startDistributions();
root.dataset.ready = "true";
