using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Contracts.Voice;

namespace Parley.Server.Tests.Voice;

/// <summary>Texts as programs of different ages write and read them, against the contracts.</summary>
public sealed class ConformanceSampleTests
{
    // As the original's client of today serialises each of its commands, once with every field and once with none.
    public static TheoryData<string> ClientCommands => new(
        """{"command":"invite","option":{"denoise":true,"offer":"v=0","callee":"sip:2000@example.com","caller":"sip:1000@example.com","recorder":{"recorderFile":"/recordings/x.wav","samplerate":16000,"ptime":200},"vad":{"type":"ten","samplerate":16000,"speechPadding":250,"silencePadding":100,"ratio":0.5,"voiceThreshold":0.5,"maxBufferDurationSecs":50,"endpoint":"https://vad.example.com","secretKey":"key","secretId":"id","silenceTimeout":5000},"asr":{"provider":"tencent","model":"m","language":"zh-CN","appId":"app","secretId":"id","secretKey":"key","modelType":"16k_zh","bufferSize":3200,"sampleRate":16000,"endpoint":"wss://asr.example.com","extra":{"a":"b"},"startWhenAnswer":true},"tts":{"samplerate":16000,"provider":"tencent","speed":1.5,"appId":"app","secretId":"id","secretKey":"key","volume":5,"speaker":"xiaoyan","codec":"pcm","subtitle":true,"emotion":"happy","endpoint":"wss://tts.example.com","extra":{"a":"b"},"waitInputTimeout":5000,"maxConcurrentTasks":2},"handshakeTimeout":30,"inactivityTimeout":50,"enableIpv6":true,"sip":{"username":"user","password":"pass","realm":"example.com","contact":"sip:c@example.com","headers":{"X-A":"b"}},"extra":{"a":"b"},"eou":{"type":"tencent","endpoint":"wss://eou.example.com","secretKey":"key","secretId":"id","timeout":500,"extra":{"a":"b"}},"mediaPass":{"url":"ws://media.example.com","inputSampleRate":16000,"outputSampleRate":16000,"packetSize":3200},"subscribe":true,"ringbackDetection":{"enabled":true,"minBufferSecs":6,"detectionIntervalSecs":2,"confidenceThreshold":0.5,"onStateChangeOnly":true}}}""",
        """{"command":"accept","option":{"denoise":true,"offer":"v=0","callee":"sip:2000@example.com","caller":"sip:1000@example.com","recorder":{"recorderFile":"/recordings/x.wav","samplerate":16000,"ptime":200},"vad":{"type":"ten","samplerate":16000,"speechPadding":250,"silencePadding":100,"ratio":0.5,"voiceThreshold":0.5,"maxBufferDurationSecs":50,"endpoint":"https://vad.example.com","secretKey":"key","secretId":"id","silenceTimeout":5000},"asr":{"provider":"tencent","model":"m","language":"zh-CN","appId":"app","secretId":"id","secretKey":"key","modelType":"16k_zh","bufferSize":3200,"sampleRate":16000,"endpoint":"wss://asr.example.com","extra":{"a":"b"},"startWhenAnswer":true},"tts":{"samplerate":16000,"provider":"tencent","speed":1.5,"appId":"app","secretId":"id","secretKey":"key","volume":5,"speaker":"xiaoyan","codec":"pcm","subtitle":true,"emotion":"happy","endpoint":"wss://tts.example.com","extra":{"a":"b"},"waitInputTimeout":5000,"maxConcurrentTasks":2},"handshakeTimeout":30,"inactivityTimeout":50,"enableIpv6":true,"sip":{"username":"user","password":"pass","realm":"example.com","contact":"sip:c@example.com","headers":{"X-A":"b"}},"extra":{"a":"b"},"eou":{"type":"tencent","endpoint":"wss://eou.example.com","secretKey":"key","secretId":"id","timeout":500,"extra":{"a":"b"}},"mediaPass":{"url":"ws://media.example.com","inputSampleRate":16000,"outputSampleRate":16000,"packetSize":3200},"subscribe":true,"ringbackDetection":{"enabled":true,"minBufferSecs":6,"detectionIntervalSecs":2,"confidenceThreshold":0.5,"onStateChangeOnly":true}}}""",
        """{"command":"invite","option":{"callee":"sip:2000@example.com"}}""",
        """{"command":"accept","option":{}}""",
        """{"command":"ringing","ringtone":"http://example.com/ringtone.wav","recorder":{"recorderFile":"/recordings/x.wav","samplerate":16000,"ptime":200}}""",
        """{"command":"ringing"}""",
        """{"command":"reject","reason":"Busy"}""",
        """{"command":"reject","reason":"Busy","code":486}""",
        """{"command":"tts","text":"Hello","speaker":"speaker","playId":"greeting","autoHangup":true,"endOfStream":true,"option":{"samplerate":16000,"provider":"tencent","speed":1.5,"appId":"app","secretId":"id","secretKey":"key","volume":5,"speaker":"xiaoyan","codec":"pcm","subtitle":true,"emotion":"happy","endpoint":"wss://tts.example.com","extra":{"a":"b"},"waitInputTimeout":5000,"maxConcurrentTasks":2},"waitInputTimeout":5000}""",
        """{"command":"tts","text":"Hel","playId":"llm","streaming":true,"base64":true}""",
        """{"command":"tts","text":""}""",
        """{"command":"play","url":"http://example.com/a.wav","autoHangup":true,"waitInputTimeout":5000}""",
        """{"command":"play","url":""}""",
        """{"command":"interrupt","graceful":true}""",
        """{"command":"interrupt"}""",
        """{"command":"pause"}""",
        """{"command":"resume"}""",
        """{"command":"hangup","reason":"user_interrupt"}""",
        """{"command":"hangup"}""",
        """{"command":"refer","caller":"sip:a@example.com","callee":"sip:b@example.com","options":{"denoise":true,"timeout":30,"moh":"moh.wav","autoHangup":true,"sip":{"username":"user","password":"pass","realm":"example.com","contact":"sip:c@example.com","headers":{"X-A":"b"}},"asr":{"provider":"tencent","model":"m","language":"zh-CN","appId":"app","secretId":"id","secretKey":"key","modelType":"16k_zh","bufferSize":3200,"sampleRate":16000,"endpoint":"wss://asr.example.com","extra":{"a":"b"},"startWhenAnswer":true}}}""",
        """{"command":"refer","caller":"","callee":"sip:b@example.com"}""",
        """{"command":"refer","caller":"","callee":"","options":{}}""",
        """{"command":"mute","trackId":"track-123"}""",
        """{"command":"mute"}""",
        """{"command":"unmute","trackId":"track-123"}""",
        """{"command":"unmute"}""",
        """{"command":"history","speaker":"user","text":"hi"}""");

    // What servers know and that client does not.
    public static TheoryData<string> ServerCommands => new(
        """{"command":"invite","option":{"callee":"sip:b@example.com","agc":{"headroomDb":5,"maxGainDb":50,"initialGainDb":15,"maxGainChangeDbPerSecond":6,"maxOutputNoiseLevelDbfs":-50,"adjacentSpeechFramesThreshold":12,"enableLimiter":true}}}""",
        """{"command":"invite","option":{"callee":"sip:b@example.com","recorder":{"recorderFile":"","samplerate":16000,"ptime":200,"format":"pcmu"}}}""",
        """{"command":"invite","option":{"mediaPass":{"url":"ws://m","inputSampleRate":16000,"outputSampleRate":16000,"packetSize":2560,"ptime":20}}}""",
        """{"command":"invite","option":{"sip":{"username":"u","hangup_headers":{"X-A":"b"},"extract_headers":["X-B"],"enable_srtp":true}}}""",
        """{"command":"invite","option":{"codec":"g722","ambiance":{"path":"a.wav","duckLevel":0.1,"normalLevel":0.3,"transitionSpeed":0.01,"enabled":true},"enableIceLite":true}}""",
        """{"command":"invite","option":{"realtime":{"provider":"openai","model":"m","secretKey":"k","secretId":"i","endpoint":"wss://e","turnDetection":{"type":"server_vad"},"tools":[{"name":"t"}],"extra":{"instructions":"i","voice":"v"}}}}""",
        """{"command":"invite","option":{"ringbackDetection":{"enabled":false,"modelWeightsPath":"w","minBufferSecs":6,"detectionIntervalSecs":2,"confidenceThreshold":0.5,"onStateChangeOnly":true,"slidingWindowSize":6,"finalConfidenceThreshold":0.9}}}""",
        """{"command":"ringing","recorder":{"recorderFile":"{id}.wav"},"earlyMedia":true,"ringtone":"a.wav"}""",
        """{"command":"tts","text":"AAA=","speaker":"s","playId":"p","autoHangup":true,"streaming":false,"endOfStream":true,"option":{"language":"en","model":"m","sessionId":"s"},"waitInputTimeout":5000,"base64":true,"cacheKey":"k"}""",
        """{"command":"play","url":"a.wav","playId":"p","autoHangup":true,"waitInputTimeout":5000,"offsetMs":1000}""",
        """{"command":"interrupt","graceful":true,"fadeOutMs":200}""",
        """{"command":"hangup","reason":"bye","initiator":"callee","headers":{"X-A":"b"},"refer":true}""",
        """{"command":"refer","caller":"","callee":"sip:b@example.com","options":{"timeout":30,"moh":"a.wav","agc":{},"vad":{"type":"silero"},"callId":"c","pauseParentAsr":true,"forwardDtmf":false}}""",
        """{"command":"message","body":"hi","contentType":"text/plain","headers":{"X-A":"b"},"refer":true}""",
        """{"command":"bridge","targetSessionId":"s"}""",
        """{"command":"unbridge"}""",
        """{"command":"custom","sender":"s","data":[1,{"a":null}]}""",
        """{"command":"addIceCandidate","candidate":"candidate:1 1 UDP 1 192.0.2.1 9 typ host","sdpMid":"0","sdpMlineIndex":0}""");

    // As that server writes them; each field of each.
    public static TheoryData<string> ServerEvents => new(
        """{"event":"incoming","trackId":"t","timestamp":1,"caller":"sip:a@example.com","callee":"sip:b@example.com","sdp":"v=0","headers":{"X-A":"b"}}""",
        """{"event":"answer","trackId":"t","timestamp":1,"sdp":"v=0","refer":false}""",
        """{"event":"reject","trackId":"t","timestamp":1,"reason":"Busy Here","code":486,"refer":false}""",
        """{"event":"ringing","trackId":"t","timestamp":1,"earlyMedia":true,"refer":false}""",
        """{"event":"hangup","trackId":"t","timestamp":1,"reason":"Some(Other(\"bye\"))","initiator":"caller","startTime":"2026-01-01T00:00:00Z","hangupTime":"2026-01-01T00:00:09Z","answerTime":"2026-01-01T00:00:02Z","ringingTime":"2026-01-01T00:00:01Z","from":{"username":"a","realm":"example.com","source":"sip:a@example.com"},"to":{"username":"b","realm":"example.com","source":"sip:b@example.com"},"extra":{"session_id":"s","call_type":"sip","start_time":"2026-01-01T00:00:00Z"},"refer":false}""",
        """{"event":"speaking","trackId":"t","timestamp":1,"startTime":1,"isFiller":false,"confidence":0.5,"refer":false}""",
        """{"event":"silence","trackId":"t","timestamp":1,"startTime":1,"duration":5,"refer":false}""",
        """{"event":"eou","trackId":"t","timestamp":1,"completed":true,"complete":true,"interruptPoint":"here","text":"x","refer":false}""",
        """{"event":"dtmf","trackId":"t","timestamp":1,"digit":"#","refer":false}""",
        """{"event":"hold","trackId":"t","timestamp":1,"onHold":false,"refer":false}""",
        """{"event":"transferRequest","trackId":"t","timestamp":1,"referTo":"sip:c@example.com","referredBy":"sip:a@example.com","refer":false}""",
        """{"event":"message","trackId":"t","timestamp":1,"body":"x","contentType":"text/plain","refer":false}""",
        """{"event":"mediaReady","trackId":"t","timestamp":1}""",
        """{"event":"trackStart","trackId":"t","timestamp":1,"playId":"p"}""",
        """{"event":"trackEnd","trackId":"t","timestamp":1,"duration":5,"ssrc":1,"playId":"p"}""",
        """{"event":"interruption","trackId":"t","timestamp":1,"playId":"p","subtitle":"x","position":1,"totalDuration":5,"current":2}""",
        """{"event":"asrFinal","trackId":"t","timestamp":1,"index":0,"startTime":1,"endTime":2,"text":"x","isFiller":false,"confidence":0.5,"taskId":"y","refer":false}""",
        """{"event":"asrDelta","trackId":"t","timestamp":1,"index":0,"startTime":1,"endTime":2,"text":"x","isFiller":false,"confidence":0.5,"taskId":"y","refer":false}""",
        """{"event":"metrics","timestamp":1,"key":"completed.tts.x","duration":5,"data":{"speaker":"s","playId":"p","cmdSeq":0,"length":5,"cached":false,"ttfb":1}}""",
        """{"event":"error","trackId":"t","timestamp":1,"sender":"tts","error":"x","code":500}""",
        """{"event":"addHistory","sender":"s","timestamp":1,"speaker":"user","text":"x"}""",
        """{"event":"custom","timestamp":1,"sender":"s","data":{"a":"b"},"extra":{"a":"b"}}""",
        """{"event":"inactivity","trackId":"t","timestamp":1}""",
        """{"event":"ringbackState","trackId":"t","timestamp":1,"state":"ringing","stateIndex":3,"confidence":0.5,"prevState":"silence","prevConfidence":0.5,"refer":false,"isFinal":false}""",
        """{"event":"functionCall","trackId":"t","timestamp":1,"callId":"c","name":"n","arguments":"{}"}""",
        """{"event":"answerMachineDetection","timestamp":1,"startTime":1,"endTime":2,"text":"x"}""",
        """{"event":"llmFinal","timestamp":1,"text":"x"}""",
        """{"event":"llmDelta","timestamp":1,"word":"x"}""",
        """{"event":"other","trackId":"t","timestamp":1,"sender":"s","extra":{"a":"b"}}""",
        """{"event":"ping","timestamp":1,"payload":"2026-01-01T00:00:00Z"}""");

    [Theory]
    [MemberData(nameof(ClientCommands))]
    [MemberData(nameof(ServerCommands))]
    public void A_command_is_understood_whole_and_written_as_it_was(string json)
    {
        var command = VoiceWire.ReadCommand(Encoding.UTF8.GetBytes(json), out var problems);
        Assert.Empty(problems);
        Same(json.Replace("sampleRate", "samplerate", StringComparison.Ordinal), VoiceWire.Write(command!));
    }

    [Theory]
    [MemberData(nameof(ServerEvents))]
    public void An_event_is_understood_whole_and_written_as_it_was(string json) => Same(json, VoiceWire.Write(VoiceWire.ReadEvent(Encoding.UTF8.GetBytes(json))));

    [Fact]
    public void The_webhooks_body_is_understood_whole_and_written_as_it_was()
    {
        const string Body = """{"dialogId":"d","createdAt":"2026-01-01T00:00:00Z","caller":"sip:a@example.com","callee":"sip:b@example.com","event":"invite","headers":["X-A: b"],"offer":"v=0"}""";
        Same(Body, JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Deserialize(Body, VoiceJson.Default.WebhookCall), VoiceJson.Default.WebhookCall));
    }

    [Fact]
    public void Half_a_header_table_is_taken_without_its_nothings()
    {
        var command = VoiceWire.ReadCommand("""{"command":"invite","option":{"extra":{"a":null,"b":"c","d":7},"sip":{"extract_headers":["X-A",null,7]}}}"""u8.ToArray(), out var problems);
        Assert.Equal(["option.extra.d", "option.sip.extract_headers[1]", "option.sip.extract_headers[2]"], problems.Select(problem => problem.Field));
        var option = Assert.IsType<Contracts.Voice.Commands.InviteCommand>(command).Option;
        Assert.Equal("c", Assert.Single(option.Extra!).Value);
        Assert.Equal("X-A", Assert.Single(option.Sip!.ExtractHeaders!));
    }

    private static void Same(string expected, byte[] actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), $"{expected}\n{Encoding.UTF8.GetString(actual)}");
}
