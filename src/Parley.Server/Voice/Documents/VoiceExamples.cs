namespace Parley.Server.Voice.Documents;

/// <summary>One example of each command and event.</summary>
internal static class VoiceExamples
{
    public static readonly IReadOnlyDictionary<string, string> Commands = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["invite"] = """{"command":"invite","id":"1","option":{"caller":"sip:1000@example.com","callee":"sip:2000@example.com","vad":{"type":"silero"},"asr":{"provider":"deepgram","language":"en"},"tts":{"provider":"espeak"}}}""",
        ["accept"] = """{"command":"accept","option":{"recorder":{"recorderFile":"{id}.wav"},"tts":{"provider":"espeak"}}}""",
        ["reject"] = """{"command":"reject","reason":"Busy","code":486}""",
        ["ringing"] = """{"command":"ringing","earlyMedia":true,"ringtone":"ringtone.wav"}""",
        ["hangup"] = """{"command":"hangup","reason":"done"}""",
        ["refer"] = """{"command":"refer","caller":"","callee":"sip:agent@example.com","options":{"timeout":30,"moh":"music.wav"}}""",
        ["hold"] = """{"command":"hold","onHold":true,"music":"music.wav"}""",
        ["message"] = """{"command":"message","body":"Your code is 1234."}""",
        ["bridge"] = """{"command":"bridge","targetSessionId":"other"}""",
        ["unbridge"] = """{"command":"unbridge"}""",
        ["tts"] = """{"command":"tts","text":"Hello!","playId":"greeting","autoHangup":false,"waitInputTimeout":5000}""",
        ["play"] = """{"command":"play","url":"welcome.wav","playId":"welcome"}""",
        ["interrupt"] = """{"command":"interrupt","graceful":true,"fadeOutMs":100}""",
        ["pause"] = """{"command":"pause"}""",
        ["resume"] = """{"command":"resume"}""",
        ["mute"] = """{"command":"mute","trackId":"server-side-track"}""",
        ["unmute"] = """{"command":"unmute"}""",
        ["mark"] = """{"command":"mark","name":"greeting"}""",
        ["sendDtmf"] = """{"command":"sendDtmf","digits":"12#","method":"rtp"}""",
        ["record"] = """{"command":"record","action":"start","recorder":{"recorderFile":"{id}.wav"}}""",
        ["history"] = """{"command":"history","speaker":"user","text":"Hello?"}""",
        ["custom"] = """{"command":"custom","sender":"desk","data":{"state":"busy"}}""",
        ["addIceCandidate"] = """{"command":"addIceCandidate","candidate":"candidate:1 1 UDP 2130706431 192.0.2.1 5000 typ host","sdpMid":"0","sdpMlineIndex":0}""",
    };

    public static readonly IReadOnlyDictionary<string, string> Events = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["incoming"] = """{"event":"incoming","timestamp":1767225600000,"seq":1,"trackId":"s1","caller":"sip:a@example.com","callee":"sip:bot@example.com","sdp":"v=0\r\n","headers":{"X-Order":"7"}}""",
        ["answer"] = """{"event":"answer","timestamp":1767225600000,"seq":1,"trackId":"s1","sdp":"v=0\r\n"}""",
        ["mediaReady"] = """{"event":"mediaReady","timestamp":1767225600000,"seq":1,"trackId":"s1"}""",
        ["reject"] = """{"event":"reject","timestamp":1767225600000,"seq":1,"trackId":"s1","reason":"Busy Here","code":486}""",
        ["ringing"] = """{"event":"ringing","timestamp":1767225600000,"seq":1,"trackId":"s1","earlyMedia":false}""",
        ["hangup"] = """{"event":"hangup","timestamp":1767225600000,"seq":1,"trackId":"s1","reason":"ByCallee","initiator":"callee","startTime":"2026-01-01T00:00:00.000Z","hangupTime":"2026-01-01T00:01:00.000Z","answerTime":"2026-01-01T00:00:05.000Z","ringingTime":"2026-01-01T00:00:01.000Z","from":{"username":"bot","realm":"example.com","source":"sip:bot@example.com"},"to":{"username":"a","realm":"example.com","source":"sip:a@example.com"},"extra":{"session_id":"s1","call_type":"sip"},"code":200}""",
        ["hold"] = """{"event":"hold","timestamp":1767225600000,"seq":1,"trackId":"s1","onHold":true}""",
        ["transferRequest"] = """{"event":"transferRequest","timestamp":1767225600000,"seq":1,"trackId":"s1","referTo":"sip:c@example.com","referredBy":"sip:a@example.com"}""",
        ["message"] = """{"event":"message","timestamp":1767225600000,"seq":1,"trackId":"s1","body":"Hello","contentType":"text/plain"}""",
        ["inactivity"] = """{"event":"inactivity","timestamp":1767225600000,"seq":1,"trackId":"s1"}""",
        ["speaking"] = """{"event":"speaking","timestamp":1767225600000,"seq":1,"trackId":"s1","startTime":1767225599750,"confidence":0.92}""",
        ["silence"] = """{"event":"silence","timestamp":1767225600000,"seq":1,"trackId":"s1","startTime":1767225598000,"duration":1900,"kind":"speechEnd"}""",
        ["eou"] = """{"event":"eou","timestamp":1767225600000,"seq":1,"trackId":"s1","completed":true,"complete":true,"text":"I have a question."}""",
        ["dtmf"] = """{"event":"dtmf","timestamp":1767225600000,"seq":1,"trackId":"s1","digit":"5"}""",
        ["asrFinal"] = """{"event":"asrFinal","timestamp":1767225600000,"seq":1,"trackId":"s1","index":0,"startTime":1767225598000,"endTime":1767225599900,"text":"I have a question.","confidence":0.97}""",
        ["asrDelta"] = """{"event":"asrDelta","timestamp":1767225600000,"seq":1,"trackId":"s1","index":0,"startTime":1767225598000,"endTime":1767225599000,"text":"I have"}""",
        ["ringbackState"] = """{"event":"ringbackState","timestamp":1767225600000,"seq":1,"trackId":"s1","state":"busy_tone","stateIndex":1,"prevState":"ringing"}""",
        ["answerMachineDetection"] = """{"event":"answerMachineDetection","timestamp":1767225600000,"seq":1,"startTime":1767225598000,"endTime":1767225600000,"text":"Human: a short greeting"}""",
        ["trackStart"] = """{"event":"trackStart","timestamp":1767225600000,"seq":1,"trackId":"server-side-track","playId":"greeting"}""",
        ["trackEnd"] = """{"event":"trackEnd","timestamp":1767225600000,"seq":1,"trackId":"server-side-track","playId":"greeting","duration":1240}""",
        ["interruption"] = """{"event":"interruption","timestamp":1767225600000,"seq":1,"trackId":"server-side-track","playId":"greeting","subtitle":"Hello, how are you?","position":6,"totalDuration":1240,"current":400}""",
        ["metrics"] = """{"event":"metrics","timestamp":1767225600000,"seq":1,"key":"ttfb.asr.deepgram","duration":120,"data":{"length":5}}""",
        ["error"] = """{"event":"error","timestamp":1767225600000,"seq":1,"trackId":"s1","sender":"tts","error":"The synthesiser refused the key.","code":401}""",
        ["addHistory"] = """{"event":"addHistory","timestamp":1767225600000,"seq":1,"sender":"s1","speaker":"user","text":"Hello?"}""",
        ["custom"] = """{"event":"custom","timestamp":1767225600000,"seq":1,"sender":"desk","data":{"state":"busy"},"extra":{"state":"busy"}}""",
        ["functionCall"] = """{"event":"functionCall","timestamp":1767225600000,"seq":1,"trackId":"s1","callId":"c1","name":"lookup","arguments":"{}"}""",
        ["llmFinal"] = """{"event":"llmFinal","timestamp":1767225600000,"seq":1,"text":"How can I help you?"}""",
        ["llmDelta"] = """{"event":"llmDelta","timestamp":1767225600000,"seq":1,"word":"How "}""",
        ["other"] = """{"event":"other","timestamp":1767225600000,"seq":1,"trackId":"s1","sender":"desk","extra":{"a":"b"}}""",
        ["ping"] = """{"event":"ping","timestamp":1767225600000,"seq":1,"payload":"2026-01-01T00:00:00.000Z"}""",
        ["ack"] = """{"event":"ack","timestamp":1767225600000,"seq":1,"id":"1","command":"invite","accepted":true}""",
        ["missed"] = """{"event":"missed","timestamp":1767225600000,"count":3}""",
    };
}
