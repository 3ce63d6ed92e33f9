// Not a module: it runs before anything is drawn, so that a page in the chosen theme never flashes in the other one.
document.documentElement.dataset.theme = localStorage.getItem("finops-theme") ?? "auto";
