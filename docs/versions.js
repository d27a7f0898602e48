// The versions whose pages there are, newest first; this file lies beside their folders.
window.versionsOfThesePages = [
  { folder: "1.0", name: "1.0" },
];
