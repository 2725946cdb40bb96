namespace Parley.Client.Voice;

/// <summary>Audio that came over the socket.</summary>
/// <param name="Track">0 for what the other side hears, 1 for what it says; null in calls of <see cref="VoiceCallType.WebSocket"/>, unless <see cref="VoiceClientOptions.BinaryHeader"/> asks for it.</param>
/// <param name="Data">
/// The samples: 16-bit little-endian PCM at 16 kHz, one channel, unless <see cref="Contracts.Voice.Options.CallOption.Codec"/> says otherwise. The receiver's to keep.
/// </param>
public readonly record struct VoiceAudio(int? Track, ReadOnlyMemory<byte> Data);
