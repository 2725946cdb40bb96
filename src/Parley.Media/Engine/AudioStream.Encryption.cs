using Parley.Media.Srtp;

namespace Parley.Media.Engine;

/// <content>The keys packets are encrypted and decrypted with. Lane only.</content>
public sealed partial class AudioStream
{
    private readonly List<SrtpSender> _encryptions = []; // one for each suite of this side's, whose key stays for the life of the session
    private SrtpReceiver? _decryption;

    /// <summary>Takes the keys of an agreement; null ends encryption.</summary>
    private void UseKeys(SrtpKeying? keys)
    {
        Sender.Srtp = keys is null ? null : EncryptionWith(keys.Local);
        if (keys is not null && _decryption?.Key.Equals(keys.Remote) == true)
            return; // the same again: what has come stays known
        _decryption?.Dispose();
        _decryption = keys is null ? null : new SrtpReceiver(keys.Remote);
    }

    // A key goes on where it stood: no packet number may be used with it twice (RFC 3711 §9.1).
    private SrtpSender EncryptionWith(SrtpKey key)
    {
        var known = _encryptions.Find(one => one.Key.Equals(key));
        if (known is null)
            _encryptions.Add(known = new SrtpSender(key));
        return known;
    }

    private void ForgetKeys()
    {
        Sender.Srtp = null;
        _decryption?.Dispose();
        _decryption = null;
        _encryptions.ForEach(one => one.Dispose());
        _encryptions.Clear();
    }
}
