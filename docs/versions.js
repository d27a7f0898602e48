// The versions whose pages there are, newest first; this file lies beside their folders.
window.versionsOfThesePages = [
  { folder: "0.1", name: "0.1" },
];
