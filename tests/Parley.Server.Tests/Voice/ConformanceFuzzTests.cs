using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Parley.Contracts.Voice;
using Parley.Server.Tests.Support;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>What programs send that they should not: it costs them an answer, and nobody else anything.</summary>
public sealed class ConformanceFuzzTests
{
    private static readonly string[] Values =
    [
        "null", "true", "-1", "0", "1e400", "-1e400", "1e-400", "123456789012345678901234567890", "4294967295", "4294967296", "2147483648", "0.1", "\"\"", "\"x\"", "\"NaN\"", "\"1e300s\"", "\"-5\"",
        "\"\\ud800\"", "\"\\u0000\"", "\"\\r\\nVia: x\"", "[]", "{}", "[null]", "{\"a\":null}", "{\"\":\"\"}", "{\"a\":{\"a\":{}}}", "[[[[[[]]]]]]",
    ];

    [Fact]
    public void Mutated_commands_are_read_or_refused_and_written_back()
    {
        var random = new Random(7);
        var samples = Samples();
        for (var i = 0; i < 20_000; i++)
        {
            var text = Mutate(samples[random.Next(samples.Length)], random);
            var command = VoiceWire.ReadCommand(text, out var problems);
            Assert.True(command is not null || problems.Count > 0, Encoding.UTF8.GetString(text));
            Assert.True(problems.Count <= 34, Encoding.UTF8.GetString(text));
            if (command is not null)
                VoiceWire.Write(command);
        }
    }

    [Fact]
    public void Mutated_events_are_read_or_are_no_json()
    {
        var random = new Random(8);
        var samples = ConformanceSampleTests.ServerEvents.Select(row => row.Data).ToArray();
        var read = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var text = Mutate(samples[random.Next(samples.Length)], random);
            try
            {
                VoiceWire.Write(VoiceWire.ReadEvent(text));
                read++;
            }
            catch (JsonException)
            {
                // It is no event.
            }
        }

        Assert.InRange(read, 1_000, 19_000);
    }

    [Theory]
    [InlineData("""{"command":"tts","text":"\ud800"}""")]
    [InlineData("""{"command":"\udc00"}""")]
    [InlineData("""{"command":"tts","text":"x","\ud800":1}""")]
    [InlineData("""{"command":"custom","data":{"a":"\ud800x"}}""")]
    public void Half_a_character_is_no_text(string json)
    {
        Assert.Null(VoiceWire.ReadCommand(Encoding.UTF8.GetBytes(json), out var problems));
        Assert.Contains("half a character", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1e400")]
    [InlineData("-1")]
    [InlineData("\"NaN\"")]
    [InlineData("1e30")]
    public void Seconds_that_no_clock_has_are_named(string seconds)
    {
        var command = VoiceWire.ReadCommand(Encoding.UTF8.GetBytes($$$"""{"command":"invite","option":{"callee":"sip:a@b","handshakeTimeout":{{{seconds}}},"inactivityTimeout":{{{seconds}}}}}"""), out var problems);
        Assert.NotNull(command);
        Assert.Equal(["option.handshakeTimeout", "option.inactivityTimeout"], problems.Select(problem => problem.Field));
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        Assert.Null(VoiceWire.ReadCommand(Encoding.UTF8.GetBytes($$"""{"command":"custom","data":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}"""), out var problems));
        Assert.Single(problems);
    }

    [Fact]
    public void Thousands_of_unknown_fields_are_told_of_in_few_words()
    {
        var fields = string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"\"{new string('x', 100)}{i}\":1"));
        Assert.NotNull(VoiceWire.ReadCommand(Encoding.UTF8.GetBytes($$"""{"command":"tts","text":"hi",{{fields}}}"""), out var problems));
        Assert.Equal(33, problems.Count);
        Assert.All(problems, problem => Assert.InRange(problem.ToString().Length, 1, 200));
        Assert.Null(VoiceWire.ReadCommand(Encoding.UTF8.GetBytes($$"""{"command":"{{new string('x', 100_000)}}"}"""), out problems));
        Assert.InRange(Assert.Single(problems).Message.Length, 1, 600);
    }

    [Fact]
    public async Task A_call_outlives_whatever_it_is_sent()
    {
        await using var stage = await StartAsync();
        var (socket, phone) = await stage.CallAsync();
        var random = new Random(9);
        var samples = Samples().Where(text => !text.Contains("\"hangup\"", StringComparison.Ordinal) && !text.Contains("\"refer\"", StringComparison.Ordinal)
            && !text.Contains("autoHangup", StringComparison.Ordinal) && !text.Contains("\"message\"", StringComparison.Ordinal)).ToArray();
        for (var i = 0; i < 300; i++)
        {
            var text = Mutate(samples[random.Next(samples.Length)], random);
            // What is no UTF-8 is no text frame.
            if (System.Text.Unicode.Utf8.IsValid(text))
                await socket.SendAsync(Encoding.UTF8.GetString(text));
            if (i % 20 == 19)
                await AliveAsync(socket, i);
        }

        await phone.HangUpAsync();
        Assert.Equal("ByCallee", (await NextAsync(socket, "hangup")).Text("reason"));
    }

    [Fact]
    public async Task Options_of_a_call_that_cannot_be_do_not_keep_it_from_being_made_or_ended()
    {
        await using var stage = await StartAsync();
        var (socket, phone) = await stage.CallAsync("""
            ,"extra":{"a":null},"sip":{"headers":{"X":null,"":"a"},"extract_headers":["a\r\nb","",null]},"vad":{"speechPadding":4294967295,"ratio":1e300},"eou":{"timeout":4294967295},"inactivityTimeout":1e300,
            "ambiance":{"path":"","normalLevel":-1e300},"recorder":{"recorderFile":"\u0000","samplerate":-1,"ptime":-1},"asr":{"provider":"scripted","samplerate":-5,"endpoint":"::"}
            """.ReplaceLineEndings(""));
        await AliveAsync(socket, 0);
        await phone.HangUpAsync();
        await UntilAsync(socket, "hangup");
        Assert.Null(await socket.TryReadAsync());
    }

    [Fact]
    public async Task A_binary_frame_where_none_belongs_is_an_error_and_no_end()
    {
        await using var stage = await StartAsync();
        await using var socket = await stage.ConnectAsync();
        await socket.Socket.SendAsync(new byte[320], WebSocketMessageType.Binary, true, CancellationToken.None);
        Assert.Equal("error", Name(await socket.ReadAsync()));
        await AliveAsync(socket, 0);
    }

    [Fact]
    public async Task A_command_that_is_too_large_closes_its_socket_with_1009()
    {
        await using var stage = await StartAsync(new() { Limits = new() { MaxMessage = 4_096 } });
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync($$"""{"command":"tts","text":"{{new string('x', 5_000)}}"}""");
        while (await socket.TryReadAsync() is not null)
        {
            // What was said before.
        }

        Assert.Equal(WebSocketCloseStatus.MessageTooBig, socket.Socket.CloseStatus);
        await stage.OverAsync();
    }

    private static async Task AliveAsync(ApiSocket socket, int number)
    {
        await socket.SendAsync($$"""{"command":"history","speaker":"me","text":"alive {{number}}"}""");
        while (true)
        {
            var happened = await socket.ReadAsync();
            if (Name(happened) == "error")
                Assert.DoesNotContain("fault of the server", happened.Text("error"), StringComparison.Ordinal);
            if (Name(happened) == "addHistory" && happened.Text("text") == $"alive {number}")
                return;
            Assert.NotEqual("hangup", Name(happened));
        }
    }

    private static string[] Samples() =>
        [.. ConformanceSampleTests.ClientCommands.Concat(ConformanceSampleTests.ServerCommands).Concat(WireTests.Commands).Select(row => row.Data)];

    /// <summary>One to three changes: another value, a field twice, bytes lost, doubled or changed.</summary>
    private static byte[] Mutate(string text, Random random)
    {
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(text.Length);
            var colon = text.IndexOf(':', at);
            text = random.Next(6) switch
            {
                0 or 1 when colon > 0 => Replaced(text, colon + 1, Values[random.Next(Values.Length)]),
                2 when text.IndexOf(",\"", at, StringComparison.Ordinal) is > 0 and var comma => text.Insert(comma, text[comma..Math.Min(text.Length, comma + random.Next(2, 40))]),
                3 => text.Remove(at, Math.Min(random.Next(1, 6), text.Length - at)),
                4 => text.Insert(at, Values[random.Next(Values.Length)]),
                _ => text[..at] + (char)random.Next(1, 256) + text[Math.Min(text.Length, at + 1)..],
            };
            if (text.Length == 0)
                text = "{";
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        if (random.Next(20) == 0)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    // The value behind a colon, as far as it is a plain one.
    private static string Replaced(string text, int at, string value)
    {
        var end = at;
        if (text[at..].StartsWith('"'))
            end = text.IndexOf('"', at + 1) + 1;
        else
            while (end < text.Length && text[end] is not (',' or '}' or ']')) end++;
        return end <= at ? text : text[..at] + value + text[end..];
    }
}
