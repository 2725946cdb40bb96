using System.Net.WebSockets;
using Parley.Server.Voice;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>Calls that a realtime model leads.</summary>
public sealed class StreamingRealtimeTests
{
    [Fact]
    public async Task The_model_is_told_what_it_is_and_hears_the_call_at_its_own_rate()
    {
        await using var model = await RealtimeServer.StartAsync();
        await using var stage = await StartAsync(Allow);
        await using var client = await InviteAsync(stage, model, ""","secretKey":"k","model":"m","turnDetection":{"type":"server_vad","threshold":0.4},"tools":[{"type":"function","name":"f"}],"extra":{"instructions":"Be kind.","voice":"v","temperature":0.7}""");
        var session = (await model.NextAsync("session.update")).GetProperty("session");
        Assert.Equal(("Be kind.", "v", "pcm16", 0.7), (session.Text("instructions"), session.Text("voice"), session.Text("input_audio_format"), session.GetProperty("temperature").GetDouble()));
        Assert.Equal(0.4, session.GetProperty("turn_detection").GetProperty("threshold").GetDouble());
        Assert.Equal("f", session.GetProperty("tools")[0].Text("name"));
        Assert.Equal(("?model=m", "Bearer k"), (model.Request!.QueryString.Value, model.Request.Headers.Authorization.ToString()));
        await client.SendAsync(Tone(500, 2));
        await model.HearAsync(40_000);
        Assert.InRange(Frequency(model.Heard, 24_000), 495, 505);
    }

    [Fact]
    public async Task What_it_says_is_spoken_at_the_pace_of_speech_and_written()
    {
        await using var model = await RealtimeServer.StartAsync();
        await using var stage = await StartAsync(Allow);
        await using var client = await InviteAsync(stage, model);
        await model.NextAsync("session.update");
        var asked = Environment.TickCount64;
        await model.ReplyAsync("r1", "i1", 1, "Hello.");
        var events = await client.UntilAsync("trackEnd");
        Assert.Equal("Hello.", Assert.Single(events, one => Name(one) == "llmDelta").Text("word"));
        Assert.Equal("Hello.", Assert.Single(events, one => Name(one) == "llmFinal").Text("text"));
        Assert.InRange(events[^1].Number("duration"), 980, 1_100);
        var frames = client.Frames;
        Assert.InRange(frames[^1].At - asked, 700, 60_000);
        Assert.InRange(Frequency(await client.HearAsync(49), 16_000), 595, 605);
    }

    [Fact]
    public async Task Two_replies_made_at_once_are_said_one_behind_the_other()
    {
        await using var model = await RealtimeServer.StartAsync();
        await using var stage = await StartAsync(Allow);
        await using var client = await InviteAsync(stage, model);
        await model.NextAsync("session.update");
        await model.ReplyAsync("r1", "i1", 0.5);
        await model.ReplyAsync("r2", "i2", 0.5);
        var events = await client.UntilAsync("trackEnd");
        Assert.DoesNotContain("interruption", events.Select(Name));
        Assert.InRange(events[^1].Number("duration"), 980, 1_100);
    }

    [Fact]
    public async Task A_caller_who_speaks_cuts_it_and_it_is_told_how_much_was_heard()
    {
        await using var model = await RealtimeServer.StartAsync();
        await using var stage = await StartAsync(Allow);
        await using var client = await InviteAsync(stage, model);
        await model.NextAsync("session.update");
        await model.ReplyAsync("r1", "i1", 20, isOver: false);
        await client.HearAsync(25);
        await model.SayAsync("""{"type":"input_audio_buffer.speech_started","item_id":"u1","audio_start_ms":100}""");
        var truncate = await model.NextAsync("conversation.item.truncate");
        Assert.Equal(("i1", 0), (truncate.Text("item_id"), truncate.Number("content_index")));
        Assert.InRange(truncate.Number("audio_end_ms"), 480, 15_000);
        var events = await client.UntilAsync("trackEnd");
        Assert.Equal(["speaking", "interruption", "trackEnd"], events.Select(Name).Where(name => name is "speaking" or "interruption" or "trackEnd"));
        // What was still on its way is not heard.
        await model.SayAsync($$"""{"type":"response.audio.delta","response_id":"r1","item_id":"i1","delta":"{{Convert.ToBase64String(new byte[48_000])}}"}""");
        await model.SayAsync("""{"type":"response.done","response":{"id":"r1","status":"cancelled"}}""");
        await model.SayAsync("""{"type":"input_audio_buffer.speech_stopped","item_id":"u1","audio_end_ms":600}""");
        await model.SayAsync("""{"type":"conversation.item.input_audio_transcription.delta","item_id":"u1","delta":"st"}""");
        await model.SayAsync("""{"type":"conversation.item.input_audio_transcription.completed","item_id":"u1","transcript":"stop"}""");
        events = await client.UntilAsync("asrFinal");
        Assert.DoesNotContain("trackStart", events.Select(Name));
        Assert.Equal(("st", "stop"), (Assert.Single(events, one => Name(one) == "asrDelta").Text("text"), events[^1].Text("text")));
        Assert.Equal("speechEnd", Assert.Single(events, one => Name(one) == "silence").Text("kind"));
        await model.ReplyAsync("r2", "i2", 0.2);
        await client.UntilAsync("trackEnd");
    }

    [Fact]
    public async Task An_interrupt_command_cuts_and_cancels_it()
    {
        await using var model = await RealtimeServer.StartAsync();
        await using var stage = await StartAsync(Allow);
        await using var client = await InviteAsync(stage, model);
        await model.NextAsync("session.update");
        await model.ReplyAsync("r1", "i1", 20, isOver: false);
        await client.HearAsync(5);
        await client.SendAsync("""{"command":"interrupt"}""");
        await model.NextAsync("conversation.item.truncate");
        await model.NextAsync("response.cancel");
    }

    [Fact]
    public async Task A_tool_is_used_and_its_result_given_by_a_command()
    {
        await using var model = await RealtimeServer.StartAsync();
        await using var stage = await StartAsync(Allow);
        await using var client = await InviteAsync(stage, model);
        await model.NextAsync("session.update");
        await model.SayAsync("""{"type":"response.output_item.done","response_id":"r1","item":{"type":"function_call","call_id":"c1","name":"weather","arguments":"{\"city\":\"Bern\"}"}}""");
        var call = await client.NextAsync("functionCall");
        Assert.Equal(("c1", "weather", """{"city":"Bern"}"""), (call.Text("callId"), call.Text("name"), call.Text("arguments")));
        await client.SendAsync("""{"command":"functionResult","callId":"c1","output":"\"sunny\""}""");
        var item = (await model.NextAsync("conversation.item.create")).GetProperty("item");
        Assert.Equal(("function_call_output", "c1", "\"sunny\""), (item.Text("type"), item.Text("call_id"), item.Text("output")));
        await model.NextAsync("response.create");
        await client.SendAsync("""{"command":"functionResult","callId":"c1","output":"again"}""");
        Assert.Contains("c1", await client.ErrorAsync());
    }

    [Fact]
    public async Task A_refused_key_is_told_once_without_the_key_and_the_call_goes_on()
    {
        await using var model = await RealtimeServer.StartAsync(status: 401);
        await using var stage = await StartAsync(Allow);
        await using var client = await InviteAsync(stage, model, ""","secretKey":"very-secret" """);
        var error = await client.NextAsync("error");
        Assert.Equal(("realtime", 401), (error.Text("sender"), error.Number("code")));
        Assert.DoesNotContain("very-secret", error.GetRawText());
        await Task.Delay(1_000);
        Assert.Equal(1, model.Connections);
        await GoesOnAsync(client);
    }

    [Fact]
    public async Task A_connection_that_is_closed_is_told_and_made_again()
    {
        await using var model = await RealtimeServer.StartAsync((socket, number) => number == 1
            ? socket.CloseOutputAsync(WebSocketCloseStatus.InternalServerError, "tired", default)
            : RealtimeServer.SayAsync(socket, """{"type":"session.created"}"""));
        await using var stage = await StartAsync(Allow);
        await using var client = await InviteAsync(stage, model);
        Assert.Contains("1011 tired", await client.ErrorAsync());
        await model.NextAsync("session.update");
        while (model.Connections < 2)
            await Task.Delay(10);
        await model.NextAsync("session.update");
        await model.ReplyAsync("r1", "i1", 0.2);
        await client.UntilAsync("trackEnd");
    }

    [Fact]
    public async Task Garbage_and_errors_of_the_model_are_told_and_the_conversation_goes_on()
    {
        await using var model = await RealtimeServer.StartAsync();
        await using var stage = await StartAsync(Allow);
        await using var client = await InviteAsync(stage, model, ""","secretKey":"very-secret" """);
        await model.NextAsync("session.update");
        await model.SayAsync("nonsense");
        await client.UntilAsync("error");
        await model.SayAsync("[1]");
        await client.UntilAsync("error");
        await model.SayAsync("""{"type":"response.audio.delta","delta":"%%%"}""");
        await client.UntilAsync("error");
        await model.SayAsync("""{"type":"error","error":{"type":"x","message":"no voice for very-secret"}}""");
        Assert.Contains("no voice for ***", await client.ErrorAsync());
        await model.SayAsync("""{"type":"something.new","x":[{}]}""");
        await model.ReplyAsync("r1", "i1", 0.2);
        Assert.DoesNotContain("error", (await client.UntilAsync("trackEnd")).Select(Name));
        Assert.Equal(1, model.Connections);
    }

    [Fact]
    public async Task A_model_that_says_nothing_at_all_is_told()
    {
        await using var model = await RealtimeServer.StartAsync((_, _) => Task.CompletedTask);
        await using var stage = await StartAsync(Allow);
        await using var client = await InviteAsync(stage, model);
        Assert.Contains("nothing came", await client.ErrorAsync());
        await GoesOnAsync(client);
    }

    [Fact]
    public async Task A_phone_is_served_as_a_socket_is()
    {
        await using var model = await RealtimeServer.StartAsync();
        await using var stage = await StartAsync(Allow);
        var phone = stage.AnswerAll();
        await using var client = await StreamingClient.ConnectAsync(stage, "/call/sip");
        await client.SendAsync(stage.Invite(Option(model)));
        await client.UntilAsync("mediaReady");
        (await phone).StartPlayback(new Parley.Media.Audio.ToneSource(500, 8_000, null));
        await model.HearAsync(24_000);
        var heard = model.Heard;
        Assert.InRange(Frequency(heard, 24_000), 495, 505);
        await model.ReplyAsync("r1", "i1", 0.3);
        await client.UntilAsync("trackEnd", one => one.Text("trackId") == "server-side-track");
    }

    [Theory]
    [InlineData("""{"provider":"azure"}""", "Endpoint")]
    [InlineData("""{"provider":"openai","endpoint":"nowhere"}""", "option.realtime.endpoint")]
    [InlineData("""{"provider":"ws://10.0.0.1/x"}""", "not allowed")]
    public async Task An_option_that_cannot_be_is_an_error(string option, string why)
    {
        await using var stage = await StartAsync();
        await using var client = await StreamingClient.InviteAsync(stage, $$""","realtime":{{option}}""");
        Assert.Contains(why, await client.ErrorAsync());
        await GoesOnAsync(client);
    }

    private static VoiceOptions Allow => new() { Urls = new(["127.0.0.1", "localhost"]) };

    private static string Option(RealtimeServer model, string more = "") => $$""","realtime":{"provider":"{{model.Url}}"{{more}}}""";

    private static Task<StreamingClient> InviteAsync(VoiceStage stage, RealtimeServer model, string more = "") => StreamingClient.InviteAsync(stage, Option(model, more));

    private static async Task GoesOnAsync(StreamingClient client)
    {
        await client.SendAsync("""{"command":"tts","text":"aaaaa"}""");
        await client.UntilAsync("trackEnd");
    }

    private static short[] Tone(double hertz, int seconds) => [.. Enumerable.Range(0, seconds * 16_000).Select(i => (short)(8_000 * Math.Sin(2 * Math.PI * hertz * i / 16_000)))];

    private static double Frequency(short[] pcm, int rate)
    {
        var loud = pcm.AsSpan(Array.FindIndex(pcm, sample => Math.Abs((int)sample) > 1_000) + (rate / 10));
        var length = Math.Min(loud.Length, rate / 2);
        var crossings = 0;
        for (var i = 1; i < length; i++)
            crossings += (loud[i - 1] < 0) != (loud[i] < 0) ? 1 : 0;
        return (double)crossings * rate / length / 2;
    }
}
