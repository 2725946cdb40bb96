using Parley.Testing.Scenarios;

namespace Parley.Testing.Tests.Rhai;

/// <summary>What documentation shows of agents, each piece within a call that gives it something to do, with Parley on both ends.</summary>
public sealed class SnippetTests
{
    private const string Agents =
        """
        let a = agent("A", #{ username: env("A_USER"), domain: env("SIP_DOMAIN"), password: env("A_PASS") });
        let b = agent("B", #{ username: env("B_USER"), domain: env("SIP_DOMAIN"), password: env("B_PASS") });
        await_until(|| { assert(a.registered).is_true(); assert(b.registered).is_true(); }, "30s");

        """;

    private const string Call = Agents +
        """
        a.dial(b);
        await_until(|| assert(b.state).equals(State::Ringing), "30s");
        b.accept();
        await_until(|| assert(a.state).equals(State::Established), "30s");

        """;

    public static TheoryData<string, string, string> Snippets => new()
    {
        { "", "#![allow(unused)]\nfn main() {\nlet a = agent(\"A\", #{\n    username: env(\"A_USER\"),\n    domain: env(\"SIP_DOMAIN\"),\n    password: env(\"A_PASS\"),\n});\n}", "" },
        { Agents + "a.dial(b);", "await_until(|| assert(b.state).equals(State::Ringing), \"15s\");\nb.accept();", "await_until(|| assert(a.state).equals(State::Established), \"15s\");" },
        { Agents, "a.dial(b);                 // dial agent B at its AOR\na.dial(\"+49301234567\");    // …or a number/URI in A's domain\nawait_until(|| assert(b.state).equals(State::Ringing), \"15s\");", "await_until(|| assert(a.status_code).equals(404), \"15s\");" },
        { Call, "a.dtmf(\"123#\");", "b.verify_dtmf(\"123#\", \"30s\"); assert(b.received_dtmf).equals(\"123#\");" },
        { Call, "a.dtmf(\"12\", \"200ms\");", "await_until(|| assert(b.received_dtmf).equals(\"12\"), \"30s\");" },
        { Call, "a.hangup();\nawait_until(|| assert(a.state).equals(State::Idle), \"10s\");", "await_until(|| assert(b.state).equals(State::Idle)); assert(b.reason).equals(\"Connection reset by peer\"); assert(b.status_code).is_absent();" },
        { Call, "a.mute(); // mute; call again to unmute", "assert(a.muted).is_true(); a.mute(); assert(a.muted).is_false();" },
        { Agents, "a.register();\nawait_until(|| assert(a.registered).is_true(), \"10s\");", "" },
        { Call, "a.send_audio(tone(440));         // play a 440 Hz tone\na.send_audio(file(\"prompt.wav\"));", "b.verify_file(\"prompt.wav\", \"15s\"); a.send_audio(silent());" },
        { Call, "a.send_audio(tone(440));\nb.verify_audio(440, \"5s\"); // b hears A's 440 Hz tone", "b.verify_no_audio(2000, \"500ms\");" },
        { Call, "a.verify_audio_connection(b);", "verify_audio_connection(b, a);" },
        { Call, "a.hold();", "await_until(|| assert(b.call(-1).held_by_peer).is_true(), \"30s\"); a.resume(); await_until(|| assert(b.call(0).held_by_peer).is_false(), \"30s\");" },
        { "let c = agent(\"C\", #{ username: env(\"C_USER\"), domain: env(\"SIP_DOMAIN\") });\n" + Call, "let target = c; let callee = b; callee.transfer(target); // hand the caller off to `target`", "await_until(|| assert(c.state).equals(State::Ringing), \"15s\"); c.accept(); await_until(|| assert(b.state).equals(State::Idle), \"15s\");" },
        { "let c = agent(\"C\", #{ username: env(\"C_USER\"), domain: env(\"SIP_DOMAIN\") });\n" + Call, "b.attended_transfer(c);", "await_until(|| assert(c.state).equals(State::Ringing), \"15s\"); c.accept(); await_until(|| b.complete_transfer(), \"15s\"); await_until(|| assert(b.state).equals(State::Idle), \"15s\"); await_until(|| assert(c.peer.number).equals(env(\"A_USER\")), \"15s\");" },
        { "let c = agent(\"C\", #{ username: env(\"C_USER\"), domain: env(\"SIP_DOMAIN\") });\n" + Call, "b.attended_transfer(env(\"C_USER\"));", "await_until(|| assert(c.state).equals(State::Ringing), \"15s\"); b.abort_transfer(); await_until(|| assert(c.state).equals(State::Idle), \"15s\"); assert(a.state).equals(State::Established);" },
        { Agents, "b.deflect(\"sip:elsewhere@127.0.0.1:9\"); b.stop_deflect(); b.respond_incoming(603, \"Decline\", #{ \"X-Why\": \"test\" });", "a.dial(b); await_until(|| assert(a.status_code).equals(603), \"15s\"); assert(a.reason).contains(\"Decline\");" },
        { "let h = agent(\"H\", #{ username: env(\"A_USER\"), domain: env(\"SIP_DOMAIN\"), headers: #{ \"X-Foo\": \"bar\", \"X-Many\": [\"1\", \"2\"] }, metadata: #{ room: 5 } });\nlet b = agent(\"B\", #{ username: env(\"B_USER\"), domain: env(\"SIP_DOMAIN\") });\nawait_until(|| assert(b.registered && h.registered).is_true(), \"30s\");\nh.dial(b); await_until(|| assert(b.state).equals(State::Ringing), \"15s\");",
            "assert(b.header(\"x-foo\")).equals(\"bar\"); assert(b.header(\"X-Nothing\")).is_absent(); assert(b.headers()[\"X-Many\"]).equals(\"2\");", "assert(h.metadata.room).equals(5);" },
        { Call, "let info = a.info(); print(a.to_json());", "assert(info).equals(#{ name: \"A\", aor: a.aor, registered: true, state: \"Established\", reason: (), status_code: (), peer: a.peer.uri, calls: 1 }); assert(parse_json(a.to_json()).state).equals(\"Established\");" },
        { Agents, "assert(a.peer.uri).is_absent(); assert(a.peer.number).is_absent(); assert(a.peer.name).is_absent(); assert(a.quality.mos).is_absent(); assert(a.reason).is_absent();", "assert(a.state).equals(State::Idle); assert(a.state == State::Idle).is_true(); assert(a.state != State::Ringing).is_true(); assert(`${a.state}`).equals(\"Idle\"); assert(type_of(a)).equals(\"Agent\");" },
        { Call, "await_until(|| assert(b.quality.mos).at_least(3.0), \"30s\");", "assert(b.quality.packet_loss).at_most(50);" },
    };

    [Theory]
    [MemberData(nameof(Snippets))]
    public async Task A_snippet_runs(string before, string snippet, string after)
    {
        await using var folder = await ScriptFolder.StartAsync(hasServer: true);
        WriteTone(Path.Combine(folder.Path, "prompt.wav"));
        var run = await folder.PassAsync($"{before}\n{snippet}\n{after}");
        Assert.Contains(run.Events, one => one is AgentConnected { Name: "A" or "H" });
    }

    // A second of a tone that rises, 8 kHz, 16 bits: what a comparison cannot take for something else.
    private static void WriteTone(string path)
    {
        using var writer = new BinaryWriter(File.Create(path));
        const int count = 8000;
        writer.Write("RIFF"u8);
        writer.Write(36 + (count * 2));
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)1);
        writer.Write(8000);
        writer.Write(16000);
        writer.Write((short)2);
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(count * 2);
        var phase = 0.0;
        for (var i = 0; i < count; i++)
        {
            phase += 2 * Math.PI * (300 + (i / 10.0)) / 8000;
            writer.Write((short)(8000 * Math.Sin(phase)));
        }
    }
}
