// Node-RED as it comes, without its editor, its log of every flow, and what it would tell others of itself.
module.exports = {
    uiHost: "127.0.0.1",
    disableEditor: true,
    httpAdminRoot: false,
    credentialSecret: false,
    flowFile: "flow.json",
    functionGlobalContext: { fs: require("fs") },
    telemetry: { enabled: false, updateNotification: false },
    logging: { console: { level: "warn", metrics: false, audit: false } },
};
