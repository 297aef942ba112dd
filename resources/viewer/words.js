// Every word a viewer reads. The browser's languages decide; English is the last resort.
const WORDS = {
  en: {
    dir: "ltr",
    live: "LIVE",
    connecting: "Connecting",
    waiting: "Soon",
    stalled: "Paused",
    offline: "Offline",
    connecting_title: "One moment",
    connecting_text: "Connecting to the show.",
    waiting_title: "The show starts soon",
    waiting_text: "Keep this page open: the picture appears here by itself.",
    ended: "Over",
    ended_title: "The show is over",
    ended_text: "Thank you for watching. The next one appears here by itself.",
    stalled_title: "The picture has stopped",
    stalled_text: "It goes on by itself as soon as the host is back.",
    offline_title: "No connection",
    offline_text: "The host does not answer. Trying again by itself.",
    gone_title: "There is no such stream",
    gone_text: "Check the address, or ask the host for a new one.",
    no_codec_title: "This browser cannot play the show",
    no_codec_text: "Open this page in a current Chrome, Edge, Firefox or Safari.",
    tap_for_sound: "Tap for sound",
    mute: "Mute",
    unmute: "Sound on",
    volume: "Volume",
    share: "Share",
    share_title: "Watch on another screen",
    qr_alt: "QR code of this page",
    address: "Address of this page",
    copy: "Copy",
    copied: "Copied",
    close: "Close",
    stats: "Statistics",
    fullscreen: "Full screen",
    picture: "Live picture",
    controls: "Controls",
    skip: "Skip to the controls",
    delay: "{s} s behind",
    f_delay: "Delay",
    f_size: "Picture",
    f_rate: "Rate",
    f_loss: "Loss",
    f_rtt: "Round trip",
    f_buffer: "Buffer",
    f_frames: "Frames",
    f_dropped: "Dropped",
    f_codec: "Codec",
    choose: "Choose a stream to watch.",
    off: "off air",
    unknown: "–",
  },
  "zh-CN": {
    dir: "ltr",
    live: "直播中",
    connecting: "连接中",
    waiting: "即将开始",
    stalled: "已暂停",
    offline: "离线",
    connecting_title: "请稍候",
    connecting_text: "正在连接直播。",
    waiting_title: "直播即将开始",
    waiting_text: "请保持此页面打开，画面会自动出现。",
    ended: "已结束",
    ended_title: "直播已结束",
    ended_text: "感谢观看。下一场直播会自动在此播放。",
    stalled_title: "画面已停止",
    stalled_text: "主播恢复后会自动继续播放。",
    offline_title: "无法连接",
    offline_text: "主播端没有响应，正在自动重试。",
    gone_title: "没有这个直播",
    gone_text: "请检查地址，或向主播索取新的地址。",
    no_codec_title: "此浏览器无法播放直播",
    no_codec_text: "请使用最新版的 Chrome、Edge、Firefox 或 Safari 打开。",
    tap_for_sound: "点按开启声音",
    mute: "静音",
    unmute: "开启声音",
    volume: "音量",
    share: "分享",
    share_title: "在其他屏幕上观看",
    qr_alt: "本页面的二维码",
    address: "本页面的地址",
    copy: "复制",
    copied: "已复制",
    close: "关闭",
    stats: "统计",
    fullscreen: "全屏",
    picture: "直播画面",
    controls: "控制栏",
    skip: "跳到控制栏",
    delay: "延迟 {s} 秒",
    f_delay: "延迟",
    f_size: "画面",
    f_rate: "码率",
    f_loss: "丢包",
    f_rtt: "往返时间",
    f_buffer: "缓冲",
    f_frames: "帧数",
    f_dropped: "丢帧",
    f_codec: "编码",
    choose: "请选择要观看的直播。",
    off: "未开播",
    unknown: "–",
  },
};

function pick(languages) {
  for (const wanted of languages) {
    if (WORDS[wanted]) return wanted;
    const base = wanted.toLowerCase().split("-")[0];
    const near = Object.keys(WORDS).find((name) => name.toLowerCase().split("-")[0] === base);
    if (near) return near;
  }
  return "en";
}

export const language = pick(navigator.languages?.length ? navigator.languages : [navigator.language || "en"]);

export function word(key, values = {}) {
  const text = WORDS[language][key] ?? WORDS.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function localise(root = document) {
  root.documentElement.lang = language;
  root.documentElement.dir = WORDS[language].dir;
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = word(element.dataset.text);
  for (const element of root.querySelectorAll("[data-label]")) element.setAttribute("aria-label", word(element.dataset.label));
  for (const element of root.querySelectorAll("[data-alt]")) element.alt = word(element.dataset.alt);
}
