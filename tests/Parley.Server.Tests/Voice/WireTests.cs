using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;

namespace Parley.Server.Tests.Voice;

/// <summary>Commands and events as JSON, both directions.</summary>
public sealed class WireTests
{
    private const string FullOption = """
        {"denoise":true,"agc":{"headroomDb":5,"maxGainDb":50,"initialGainDb":15,"maxGainChangeDbPerSecond":6,"maxOutputNoiseLevelDbfs":-50,"adjacentSpeechFramesThreshold":12,"enableLimiter":true},
        "offer":"v=0","callee":"sip:2000@example.com","caller":"sip:1000@example.com","recorder":{"recorderFile":"/r/x.wav","samplerate":16000,"ptime":200,"format":"wav"},
        "vad":{"type":"ten","samplerate":16000,"speechPadding":250,"silencePadding":100,"ratio":0.5,"voiceThreshold":0.5,"maxBufferDurationSecs":50,"silenceTimeout":5000,"endpoint":"e","secretKey":"k","secretId":"i"},
        "asr":{"provider":"tencent","language":"zh-CN","appId":"a","secretId":"i","secretKey":"k","modelType":"16k_zh","model":"m","bufferSize":3200,"samplerate":16000,"endpoint":"wss://e","extra":{"a":"b"},"startWhenAnswer":true},
        "tts":{"samplerate":16000,"provider":"tencent","speed":1.5,"appId":"a","secretId":"i","secretKey":"k","volume":5,"speaker":"xiaoyan","codec":"pcm","subtitle":true,"model":"m","language":"zh","emotion":"happy","endpoint":"wss://e","extra":{"a":"b"},"maxConcurrentTasks":2,"sessionId":"s","waitInputTimeout":5000},
        "mediaPass":{"url":"ws://m","inputSampleRate":16000,"outputSampleRate":16000,"packetSize":3200,"ptime":20,"headers":{"Authorization":"k"}},"handshakeTimeout":30,"enableIpv6":false,"inactivityTimeout":50,
        "sip":{"username":"user","password":"pass","realm":"example.com","contact":"sip:c@x","headers":{"X-A":"b"},"hangup_headers":{"X-B":"c"},"extract_headers":["X-C"],"enable_srtp":true},
        "extra":{"a":"b"},"codec":"pcmu","ambiance":{"path":"a.wav","duckLevel":0.1,"normalLevel":0.3,"transitionSpeed":0.01,"enabled":true},
        "eou":{"type":"t","endpoint":"e","secretKey":"k","secretId":"i","timeout":700,"extra":{"a":"b"}},"realtime":{"provider":"openai","model":"m","secretKey":"k","secretId":"i","endpoint":"e","turnDetection":{"type":"server_vad"},"tools":[{"name":"t"}],"extra":{"voice":"v"}},
        "subscribe":true,"enableIceLite":true,"ringbackDetection":{"enabled":true,"modelWeightsPath":"w","minBufferSecs":6,"detectionIntervalSecs":2,"confidenceThreshold":0.5,"onStateChangeOnly":true,"slidingWindowSize":6,"finalConfidenceThreshold":0.9},"amd":{"enabled":true}}
        """;

    public static TheoryData<string> Commands => new(
        $$"""{"command":"invite","id":"1","option":{{FullOption}}}""",
        $$"""{"command":"accept","option":{{FullOption}}}""",
        """{"command":"reject","reason":"Busy","code":486}""",
        """{"command":"ringing","recorder":{"recorderFile":"x.wav"},"earlyMedia":true,"ringtone":"http://example.com/ringtone.wav"}""",
        """{"command":"tts","text":"Hello","speaker":"s","playId":"greeting","autoHangup":false,"streaming":true,"endOfStream":true,"option":{"speaker":"x"},"waitInputTimeout":5000,"base64":false,"cacheKey":"k"}""",
        """{"command":"play","url":"http://example.com/a.wav","playId":"p","autoHangup":true,"waitInputTimeout":5,"offsetMs":100,"background":true,"gain":-6,"loop":true,"fadeInMs":300}""",
        """{"command":"volume","playId":"p","gain":-12.5,"fadeMs":200}""",
        """{"command":"interrupt","graceful":true,"fadeOutMs":50,"playId":"p"}""",
        """{"command":"mark","name":"m"}""",
        """{"command":"functionResult","callId":"c","output":"{}"}""",
        """{"command":"pause"}""",
        """{"command":"resume","playId":"p"}""",
        """{"command":"hangup","reason":"bye","initiator":"caller","headers":{"X-A":"b"},"refer":true}""",
        """{"command":"refer","caller":"","callee":"sip:b@x","options":{"denoise":true,"timeout":30,"moh":"m.wav","vad":{"type":"ten"},"asr":{"provider":"x"},"autoHangup":false,"sip":{"username":"u"},"callId":"c","pauseParentAsr":true,"forwardDtmf":true,"method":"refer","targetSessionId":"x"}}""",
        """{"command":"mute","trackId":"t"}""",
        """{"command":"unmute"}""",
        """{"command":"history","speaker":"bot","text":"hi"}""",
        """{"command":"message","body":"hi","contentType":"text/plain","headers":{"X-A":"b"},"refer":false}""",
        """{"command":"reportTransfer","code":486,"reason":"Busy Here"}""",
        """{"command":"bridge","targetSessionId":"x"}""",
        """{"command":"unbridge","targetSessionId":"x"}""",
        """{"command":"custom","sender":"me","data":{"a":[1,2]}}""",
        """{"command":"addIceCandidate","candidate":"c","sdpMid":"0","sdpMlineIndex":0}""",
        """{"command":"sendDtmf","digits":"12#","method":"info","duration":100,"gap":100,"refer":true}""",
        """{"command":"record","action":"start","recorder":{"recorderFile":"{id}.wav"}}""",
        """{"command":"hold","onHold":true,"music":"m.wav"}""");

    public static TheoryData<string> Events => new(
        """{"event":"incoming","timestamp":1,"seq":1,"trackId":"t","caller":"a","callee":"b","sdp":"v=0","headers":{"X-A":"b"}}""",
        """{"event":"answer","timestamp":1,"trackId":"t","sdp":"v=0","refer":true}""",
        """{"event":"mediaReady","timestamp":1,"trackId":"t"}""",
        """{"event":"reject","timestamp":1,"trackId":"t","reason":"Busy Here","code":486,"refer":true}""",
        """{"event":"ringing","timestamp":1,"trackId":"t","earlyMedia":false,"refer":true}""",
        """{"event":"hangup","timestamp":1,"trackId":"t","reason":"ByCallee","initiator":"callee","startTime":"2026-01-01T00:00:00Z","hangupTime":"2026-01-01T00:00:01Z","answerTime":"2026-01-01T00:00:00Z","ringingTime":"2026-01-01T00:00:00Z","from":{"username":"a","realm":"b","source":"sip:a@b"},"to":{"username":"c","realm":"d","source":"sip:c@d"},"extra":{"session_id":"s"},"code":200,"refer":true}""",
        """{"event":"speaking","timestamp":1,"trackId":"t","startTime":5,"isFiller":false,"confidence":0.5,"refer":true}""",
        """{"event":"silence","timestamp":1,"trackId":"t","startTime":5,"duration":6,"kind":"silence","refer":true}""",
        """{"event":"eou","timestamp":1,"trackId":"t","completed":true,"complete":true,"interruptPoint":"here","text":"x"}""",
        """{"event":"dtmf","timestamp":1,"trackId":"t","digit":"5"}""",
        """{"event":"hold","timestamp":1,"trackId":"t","onHold":true}""",
        """{"event":"transferRequest","timestamp":1,"trackId":"t","referTo":"sip:a@b","referredBy":"sip:c@d"}""",
        """{"event":"message","timestamp":1,"trackId":"t","body":"x","contentType":"text/plain"}""",
        """{"event":"trackStart","timestamp":1,"trackId":"t","playId":"p"}""",
        """{"event":"trackEnd","timestamp":1,"trackId":"t","duration":5,"ssrc":7,"playId":"p"}""",
        """{"event":"interruption","timestamp":1,"trackId":"t","playId":"p","subtitle":"abc","position":2,"totalDuration":9,"current":4}""",
        """{"event":"record","timestamp":1,"trackId":"t","state":"stopped","file":"x.wav","duration":1200}""",
        """{"event":"asrFinal","timestamp":1,"trackId":"t","index":0,"startTime":1,"endTime":2,"text":"x","isFiller":false,"confidence":0.5,"taskId":"y"}""",
        """{"event":"asrDelta","timestamp":1,"trackId":"t","index":0,"startTime":1,"endTime":2,"text":"x"}""",
        """{"event":"metrics","timestamp":1,"key":"ttfb.asr.x","duration":12,"data":{"length":5}}""",
        """{"event":"error","timestamp":1,"trackId":"t","sender":"asr","error":"x","code":500}""",
        """{"event":"addHistory","timestamp":1,"sender":"s","speaker":"bot","text":"x"}""",
        """{"event":"custom","timestamp":1,"sender":"s","data":{"a":"b"},"extra":{"a":"b"}}""",
        """{"event":"inactivity","timestamp":1,"trackId":"t"}""",
        """{"event":"ringbackState","timestamp":1,"trackId":"t","state":"Busy","stateIndex":2,"confidence":0.5,"prevState":"x","prevConfidence":0.5,"isFinal":true}""",
        """{"event":"functionCall","timestamp":1,"trackId":"t","callId":"c","name":"n","arguments":"{}"}""",
        """{"event":"answerMachineDetection","timestamp":1,"startTime":5,"endTime":6,"text":"x"}""",
        """{"event":"llmFinal","timestamp":1,"text":"x"}""",
        """{"event":"llmDelta","timestamp":1,"word":"x"}""",
        """{"event":"other","timestamp":1,"trackId":"t","sender":"s","extra":{"a":"b"}}""",
        """{"event":"ping","timestamp":1,"payload":"2026-01-01T00:00:00Z"}""",
        """{"event":"ack","timestamp":1,"seq":4,"id":"1","command":"tts","accepted":true}""",
        """{"event":"mark","timestamp":1,"trackId":"t","name":"m","heard":true}""",
        """{"event":"audioGap","timestamp":1,"trackId":"t","reason":"late","duration":40}""",
        """{"event":"missed","timestamp":1,"count":3}""");

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_survives_both_directions_without_a_complaint(string json)
    {
        var command = VoiceWire.ReadCommand(Encoding.UTF8.GetBytes(json), out var problems);
        Assert.Empty(problems);
        Same(json, VoiceWire.Write(command!));
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_survives_both_directions(string json) => Same(json, VoiceWire.Write(VoiceWire.ReadEvent(Encoding.UTF8.GetBytes(json))));

    [Fact]
    public void Every_command_and_event_has_a_sample()
    {
        Assert.Equal(VoiceWire.CommandNames.Order(), Commands.Select(row => Name(row.Data, "command")).Distinct().Order());
        Assert.Equal(VoiceWire.EventNames.Order(), Events.Select(row => Name(row.Data, "event")).Distinct().Order());
    }

    [Theory]
    [InlineData("30", 30)]
    [InlineData("\"30\"", 30)]
    [InlineData("\"30s\"", 30)]
    [InlineData("1.5", 1.5)]
    public void A_handshake_timeout_is_a_number_or_a_text(string value, double seconds)
    {
        var command = Read($$$"""{"command":"invite","option":{"handshakeTimeout":{{{value}}}}}""", out var problems);
        Assert.Empty(problems);
        Assert.Equal(seconds, Assert.IsType<InviteCommand>(command).Option.HandshakeTimeout);
    }

    [Fact]
    public void A_field_of_the_wrong_type_is_named_and_costs_only_itself()
    {
        var command = Assert.IsType<InviteCommand>(Read("""{"command":"invite","option":{"callee":"sip:a@b","vad":{"type":7,"speechPadding":100},"asr":"deepgram","handshakeTimeout":"soon"}}""", out var problems));
        Assert.Equal(["option.vad.type", "option.asr", "option.handshakeTimeout"], problems.Select(problem => problem.Field));
        Assert.Equal(("sip:a@b", 100u), (command.Option.Callee, command.Option.Vad!.SpeechPadding));
    }

    [Fact]
    public void An_unknown_field_is_named_and_the_rest_counts()
    {
        Assert.Equal("hi", Assert.IsType<TtsCommand>(Read("""{"command":"tts","text":"hi","loud":true}""", out var problems)).Text);
        Assert.Equal("loud", Assert.Single(problems).Field);
    }

    [Fact]
    public void What_a_command_cannot_do_without_is_named()
    {
        Assert.Null(Read("""{"command":"tts","playId":"x"}""", out var problems));
        Assert.Equal("text", Assert.Single(problems).Field);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"command":7}""")]
    [InlineData("""{"command":"sing"}""")]
    public void What_is_no_command_is_one_problem(string json)
    {
        Assert.Null(Read(json, out var problems));
        Assert.Single(problems);
    }

    [Theory]
    [InlineData("""{"sampleRate":8000}""")]
    [InlineData("""{"samplerate":8000}""")]
    public void A_recognisers_rate_has_two_spellings(string asr)
    {
        var command = Assert.IsType<InviteCommand>(Read($$$"""{"command":"invite","option":{"asr":{{{asr}}}}}""", out var problems));
        Assert.Empty(problems);
        Assert.Equal(8000, command.Option.Asr!.Samplerate);
    }

    [Fact]
    public void An_event_of_a_later_version_is_no_fault()
    {
        var happened = VoiceWire.ReadEvent("""{"event":"new","timestamp":7,"x":1}"""u8.ToArray());
        Assert.Equal(("new", 7), (Assert.IsType<UnknownEvent>(happened).Event, happened.Timestamp));
    }

    private static VoiceCommand? Read(string json, out IReadOnlyList<VoiceProblem> problems) => VoiceWire.ReadCommand(Encoding.UTF8.GetBytes(json), out problems);

    private static string Name(string json, string property) => JsonElement.Parse(json).GetProperty(property).GetString()!;

    private static void Same(string expected, byte[] actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), $"{expected}\n{Encoding.UTF8.GetString(actual)}");
}
