() => {
  document.getElementById("announcement").setAttribute("aria-live", "polite");
  document.getElementById("models").setAttribute("aria-label", "Models");
}
